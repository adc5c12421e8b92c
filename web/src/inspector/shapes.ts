// What a story is, read with care: it comes from the service, or from a file that somebody gives us. Nothing of it is run, what is not
// known here is left out, and whatever is wrong is named with its place.
import { isStory, isUuid, type StoryKind } from './ids';
import { microsOf } from './spans';

export interface StoryEvent {
  at: string;
  /** The same in microseconds since 1970. */
  at_us: number;
  lane: string;
  what: string;
  actor: string | null;
  /** Microseconds; 0 where it is not known. */
  took: number;
  took_us: number | null;
  amount: string | null;
  detail: string | null;
  /** By the books; else this process remembers it, and the next one will not. */
  kept: boolean;
  bad: boolean;
}
/** `start`, `end`: microseconds. */
export interface Gap { from: string; to: string; us: number; named: string; start: number; end: number }
export interface Posting { at: string; kind: string; debit: string; credit: string; amount: string }
export interface Operation {
  operation_id: string;
  attempt: number;
  /** Null: a service's, not a chain's. */
  chain_id: number | null;
  service: string | null;
  nonce: number;
  tx_hash: string | null;
  purpose: string;
  status: string;
  block_number: number | null;
  fee_wei: string | null;
  created_at: string;
  updated_at: string;
}
export interface Sum { account: string; change: string }
export interface Subject {
  kind: StoryKind;
  id: string;
  status: string;
  user_address: string | null;
  amount: string | null;
  created_at: string;
  updated_at: string;
  question: string | null;
  outcome: string | null;
}
export interface Story {
  subject: Subject;
  events: StoryEvent[];
  gaps: Gap[];
  postings: Posting[];
  operations: Operation[];
  sums: Sum[];
  complete: boolean;
  next_cursor: string | null;
}

/** In words, for whoever gave the file. */
export class NotAStory extends Error {}

export const MOST_EVENTS = 500_000;
const LONGEST_TEXT = 4_000;
const AMOUNT = /^-?(0|[1-9][0-9]{0,12})(\.[0-9]{1,6})?$/;

type Fields = Record<string, unknown>;
type Reader<T> = (v: unknown, where: string) => T;
const wrong = (where: string, why: string): never => {
  throw new NotAStory(`${where} ${why}`);
};

const fields: Reader<Fields> = (v, where) => (typeof v === 'object' && v !== null && !Array.isArray(v) ? (v as Fields) : wrong(where, 'is not an object'));
const text: Reader<string> = (v, where) => (typeof v !== 'string' ? wrong(where, 'is not a text') : v.length > LONGEST_TEXT ? wrong(where, `is longer than ${LONGEST_TEXT} characters`) : v);
const time: Reader<string> = (v, where) => (Number.isNaN(microsOf(text(v, where))) ? wrong(where, 'is not a time') : (v as string));
const whole: Reader<number> = (v, where) => (Number.isSafeInteger(v) && (v as number) >= 0 ? (v as number) : wrong(where, 'is not a whole number'));
const yes: Reader<boolean> = (v, where) => (typeof v === 'boolean' ? v : wrong(where, 'is neither true nor false'));
const money: Reader<string> = (v, where) => (AMOUNT.test(text(v, where)) ? (v as string) : wrong(where, 'is not an amount'));
const or = <T>(read: Reader<T>): Reader<T | null> => (v, where) => (v === undefined || v === null ? null : read(v, where));

function list<T>(v: unknown, where: string, read: Reader<T>): T[] {
  if (!Array.isArray(v)) return wrong(where, 'is not a list');
  if (v.length > MOST_EVENTS) return wrong(where, `has more than ${MOST_EVENTS} entries`);
  return v.map((item, i) => read(item, `${where}[${i}]`));
}

/** What went wrong shows: of its name, as the service calls its events. */
const BAD = /(?:^|[._ ])(?:failed|refused|rejected|dropped|reverted|unknown|in_doubt|held|lost)\b/;

const event: Reader<StoryEvent> = (v, where) => {
  const e = fields(v, where);
  const [at, what, took_us] = [time(e['at'], `${where}.at`), text(e['what'], `${where}.what`), or(whole)(e['took_us'], `${where}.took_us`)];
  return {
    at, at_us: whole(e['at_us'], `${where}.at_us`), lane: text(e['lane'], `${where}.lane`), what, actor: or(text)(e['actor'], `${where}.actor`), took: took_us ?? 0, took_us,
    amount: or(money)(e['amount'], `${where}.amount`), detail: or(text)(e['detail'], `${where}.detail`), kept: e['kept'] === undefined || yes(e['kept'], `${where}.kept`), bad: BAD.test(what),
  };
};
const gap: Reader<Gap> = (v, where) => {
  const g = fields(v, where);
  const [from, to] = [time(g['from'], `${where}.from`), time(g['to'], `${where}.to`)];
  const us = whole(g['us'], `${where}.us`);
  return { from, to, us, named: text(g['named'], `${where}.named`), start: microsOf(from), end: microsOf(from) + us };
};
const posting: Reader<Posting> = (v, where) => {
  const p = fields(v, where);
  return { at: time(p['at'], `${where}.at`), kind: text(p['kind'], `${where}.kind`), debit: text(p['debit'], `${where}.debit`), credit: text(p['credit'], `${where}.credit`), amount: money(p['amount'], `${where}.amount`) };
};
const operation: Reader<Operation> = (v, where) => {
  const o = fields(v, where);
  const of = <T>(read: Reader<T>, name: string): T => read(o[name], `${where}.${name}`);
  return {
    operation_id: of(text, 'operation_id'), attempt: of(whole, 'attempt'), chain_id: of(or(whole), 'chain_id'), service: of(or(text), 'service'), nonce: of(whole, 'nonce'), tx_hash: of(or(text), 'tx_hash'), purpose: of(text, 'purpose'),
    status: of(text, 'status'), block_number: of(or(whole), 'block_number'), fee_wei: of(or(text), 'fee_wei'), created_at: of(time, 'created_at'), updated_at: of(time, 'updated_at'),
  };
};
const sum: Reader<Sum> = (v, where) => {
  const s = fields(v, where);
  return { account: text(s['account'], `${where}.account`), change: money(s['change'], `${where}.change`) };
};
const subject: Reader<Subject> = (v, where) => {
  const s = fields(v, where);
  const of = <T>(read: Reader<T>, name: string): T => read(s[name], `${where}.${name}`);
  const [kind, id] = [of(text, 'kind'), of(text, 'id')];
  return {
    kind: isStory(kind) ? kind : wrong(`${where}.kind`, 'is not a kind of story'), id: isUuid(id) ? id : wrong(`${where}.id`, 'is not an id'), status: of(text, 'status'), user_address: of(or(text), 'user_address'),
    amount: of(or(money), 'amount'), created_at: of(time, 'created_at'), updated_at: of(time, 'updated_at'), question: of(or(text), 'question'), outcome: of(or(text), 'outcome'),
  };
};

/** Throws NotAStory. */
export function storyOf(v: unknown): Story {
  const s = fields(v, 'The story');
  return {
    subject: subject(s['subject'], 'subject'), events: list(s['events'], 'events', event), gaps: list(s['gaps'] ?? [], 'gaps', gap), postings: list(s['postings'], 'postings', posting),
    operations: list(s['operations'], 'operations', operation), sums: list(s['sums'] ?? [], 'sums', sum), complete: yes(s['complete'], 'complete'), next_cursor: or(text)(s['next_cursor'], 'next_cursor'),
  };
}

/** With the page that follows: what is told of the whole is what was told last. */
export function joined(a: Story, b: Story): Story {
  const there = new Set(a.operations.map((o) => `${o.operation_id} ${o.attempt}`));
  return { ...b, events: a.events.concat(b.events), gaps: a.gaps.concat(b.gaps), postings: a.postings.concat(b.postings), operations: a.operations.concat(b.operations.filter((o) => !there.has(`${o.operation_id} ${o.attempt}`))) };
}
