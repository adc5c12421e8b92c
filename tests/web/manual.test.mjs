// The operations manual as the operator's page reads it, and what the page makes of the levels it has seen.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import { sourceOf } from './bundled.mjs';

const book = await sourceOf('operator/runbook.ts');
const level = await sourceOf('operator/seen.ts');
const markdown = fs.readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
const sections = book.sectionsOf(markdown);

test('every heading and every alert of the manual is found by its name', () => {
  assert.equal(sections.length, [...markdown.matchAll(/^#+ /gm)].length);
  assert.equal(book.slugOf('Alerts worth waking up for'), 'alerts-worth-waking-up-for');
  const kinds = new Set([...markdown.matchAll(/^\|[^|]*\balerts? (`[^|]*)\|/gm)].flatMap(([, names]) => [...names.matchAll(/`([a-z]+\.[a-z_]+)`/g)].map((m) => m[1])));
  assert.ok(kinds.size > 70, `only ${kinds.size} alerts`);
  for (const kind of kinds) {
    const [advice] = book.adviceOn(sections, kind);
    assert.ok(advice?.meaning && advice.first, `${kind} has no row`);
  }
});

test('the paragraphs that a first step speaks of come along', () => {
  const [advice] = book.adviceOn(sections, 'withdrawal.approval');
  assert.match(advice.more.join('\n'), /withdrawals approve ID/);
  assert.deepEqual(book.adviceOn(sections, 'no.such'), []);
});

test('nothing of the manual is lost on the way to the screen', () => {
  const blocks = sections.flatMap((s) => s.blocks);
  const text = blocks.map((b) => (b.is === 'table' ? [...b.heads, ...b.rows.flat()].join(' ') : b.text)).join(' ');
  const words = (t) => t.replace(/^#+ .*$/gm, '').match(/[\p{L}\p{N}_]+/gu).length;
  const items = blocks.filter((b) => b.is === 'item').length;
  assert.ok(Math.abs(words(text) - words(markdown)) <= items, `${words(text)} of ${words(markdown)} words`);
  for (const b of blocks) if (b.is === 'table') for (const row of b.rows) assert.equal(row.length, b.heads.length, row.join(' | '));
});

test('levels: the last point moves along, a day is kept, flows are dollars an hour', () => {
  let points = [];
  for (let at = 0; at <= 600; at += 2) points = level.added(points, [at, 100 + at, 10, at, 2 * at]);
  assert.ok(points.length <= 80, `${points.length} points for 600 s`);
  assert.equal(points.at(-1)[0], 600);
  const { came, went } = level.flows(points);
  assert.equal(came[0], null);
  assert.ok(Math.abs(came.at(-1) - 3_600) < 1e-6 && Math.abs(went.at(-1) - 7_200) < 1e-6, `${came.at(-1)}, ${went.at(-1)}`);
  assert.equal(level.added(points, [100_000, 1, 1, 1, 1]).length, 1, 'older than a day');
  let many = [];
  for (let i = 0; i < 3_000; i++) many = level.added(many, [i * 20, 1, 1, 1, 1]);
  assert.ok(many.length <= 1_800, `${many.length} are kept`);
});
