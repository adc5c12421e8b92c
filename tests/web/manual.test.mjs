// The operations manual as the operator's page reads it, and what it draws of the buffer's history.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import { sourceOf } from './bundled.mjs';

const book = await sourceOf('operator/runbook.ts');
const course = await sourceOf('operator/course.ts');
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

test('the course: dollars an hour, gaps that stay gaps, and the level of now at its end', () => {
  const t = [100, 160, 220, 1_000];
  const { at, balance, lowest, came, went, bets } = course.courseOf(
    { step_seconds: 60, t, balance: ['10.00', '12.00', '11.00', '9.00'], lowest: ['10.00', '8.00', '11.00', '9.00'], in: [null, '3.00', '0.00', '1.00'], out: [null, '1.00', '1.00', '3.00'], bets: [null, 2, 1, 4] },
    { at: new Date(1_030_000).toISOString(), balance: '8.50' },
  );
  assert.deepEqual(at, [100, 160, 220, 280, 1_000, 1_030]);
  assert.deepEqual(balance, [10, 12, 11, null, 9, 8.5]);
  assert.deepEqual(lowest, [10, 8, 11, null, 9, 8.5]);
  assert.deepEqual(came.slice(0, 4), [null, 180, 0, null]);
  assert.deepEqual(went.slice(0, 4), [null, 60, 60, null]);
  assert.ok(Math.abs(went[4] - (3 * 3_600) / 780) < 1e-9, 'over the whole gap, not over a minute');
  assert.equal(bets, 7);
  const empty = course.courseOf({ step_seconds: 60, t: [], balance: [], lowest: [], in: [], out: [], bets: [] }, { at: new Date(0).toISOString(), balance: '1.00' });
  assert.deepEqual(empty.balance, [1]);
});
