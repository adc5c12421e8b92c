// What operators watch: the alert rules do what their tests say, each has one, and every name that rules and dashboard
// use is in the service's own /metrics, with the labels they ask for.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { NO_CONVERSION, run, startHouse, until } from './support.mjs';

const OPS = fileURLToPath(new URL('../../ops', import.meta.url));
const rules = path.join(OPS, 'prometheus/headroom.rules.yml');
const rulesText = fs.readFileSync(rules, 'utf8');
const ruleTests = path.join(OPS, 'prometheus/headroom.test.yml');
const dashboard = JSON.parse(fs.readFileSync(path.join(OPS, 'grafana/headroom.json'), 'utf8'));

const alertNames = [...rulesText.matchAll(/^ {6}- alert: (\w+)$/gm)].map((m) => m[1]);
const expressions = {
  rules: [...rulesText.matchAll(/^ {8}expr: (.*)$/gm)].map((m) => m[1]),
  dashboard: dashboard.panels.flatMap((panel) => panel.targets.map((target) => target.expr)),
};

/** The metrics that an expression reads, each with the labels it selects by: [{name, labels}]. */
function metricsIn(expression) {
  return [...expression.matchAll(/\b((?:headroom|process)_\w+)(?:\{([^}]*)\})?/g)].map(([, name, selector = '']) => ({
    name,
    labels: [...selector.matchAll(/(\w+) *(?:=~|!~|!=|=)/g)].map((m) => m[1]).filter((label) => label !== 'job'), // Prometheus' own
  }));
}

let house;
before(async () => {
  house = await startHouse({ overrides: { conversion: NO_CONVERSION } });
});
after(() => house?.close());

/** name -> the labels of its series; none where a family has no series now. */
async function liveMetrics() {
  const out = new Map();
  for (const line of (await house.call('GET', '/metrics')).body.split('\n')) {
    const family = /^# TYPE (\S+) (\S+)/.exec(line);
    if (family) {
      const names = family[2] === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => family[1] + end) : [family[1]];
      for (const name of names) out.set(name, new Set());
    }
    const sample = /^([a-z]\w*)(?:\{(.*)\})? /.exec(line);
    if (sample) for (const [, label] of (sample[2] ?? '').matchAll(/(\w+)="/g)) out.get(sample[1]).add(label);
  }
  return out;
}

test('there are expressions to look at', () => {
  assert.ok(alertNames.length >= 10);
  assert.equal(expressions.rules.length, alertNames.length, 'one expression a line, one for each alert');
  assert.ok(expressions.dashboard.length >= 20);
  assert.deepEqual(metricsIn('sum(rate(headroom_x_total{a="1",b=~"c"}[5m])) / process_y'),
    [{ name: 'headroom_x_total', labels: ['a', 'b'] }, { name: 'process_y', labels: [] }]);
});

test('every name and label of the rules and the dashboard is in a live /metrics', async () => {
  const [user] = house.users;
  await house.fund(user, '20.00');
  const placed = await house.bet({ user_address: user.address, token_id: house.markets[0].token_id, amount: '5.00', max_price: '0.55' });
  await house.settledBet(placed.body.bet_id);
  // Alerts are shown while there are some.
  const paused = await house.call('POST', '/operator/actions', { key: 'operate', body: { action: 'pause_deposits', reason: 'a test' } });
  assert.equal(paused.status, 200, paused.text);
  const used = Object.entries(expressions).flatMap(([where, all]) => all.flatMap((expression) => metricsIn(expression).map((m) => ({ ...m, where }))));
  const missingIn = (live) => used.flatMap(({ name, labels, where }) => {
    const there = live.get(name);
    if (!there) return [`${where}: ${name}`];
    return there.size === 0 ? [] : labels.filter((label) => !there.has(label)).map((label) => `${where}: ${name}{${label}}`);
  });
  let missing;
  await until('the audit and the outflow to be measured', async () => {
    missing = missingIn(await liveMetrics());
    return missing.length === 0;
  }, 60_000, 500).catch(() => {});
  assert.deepEqual(missing, []);
  assert.deepEqual(missingIn(new Map([['headroom_solvent', new Set()]])).includes('rules: headroom_solvent'), false);
  assert.ok(missingIn(new Map()).includes('rules: headroom_solvent'), 'this check can fail');
});

test('promtool likes the rules, and they do what their tests say', async (t) => {
  const has = await run('sh', ['-c', 'command -v promtool']).catch(() => '');
  if (!has) return t.skip('promtool is not installed (Debian: prometheus)');
  assert.match(await run('promtool', ['check', 'rules', rules]), new RegExp(`SUCCESS: ${alertNames.length} rules found`));
  assert.match(await run('promtool', ['test', 'rules', ruleTests]), /SUCCESS/);
});

test('each alert is shown silent and firing', () => {
  const text = fs.readFileSync(ruleTests, 'utf8');
  const cases = [...text.matchAll(/alertname: (\w+),? *\n? *exp_alerts: \[(.*)/g)];
  for (const name of alertNames) {
    const mine = cases.filter((m) => m[1] === name).map((m) => m[2]);
    assert.ok(mine.some((expected) => expected.startsWith(']')), `${name} silent`);
    assert.ok(mine.some((expected) => expected.startsWith('{exp_labels')), `${name} firing`);
  }
});

test('the dashboard is one that Grafana takes', () => {
  const { panels } = dashboard;
  assert.equal(new Set(panels.map((panel) => panel.id)).size, panels.length);
  assert.ok(panels.every((panel) => panel.title && panel.gridPos.x + panel.gridPos.w <= 24 && panel.datasource.uid === '${source}'));
  assert.deepEqual(dashboard.templating.list.map((variable) => variable.name), ['source']);
});
