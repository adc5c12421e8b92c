// Settings as the control server gets them: texts of a query, each with the rule that reads it.
import { ethers } from 'ethers';
import { Refusal } from './http.mjs';

/** A rule reads a text and answers its value; undefined refuses it. `says` tells what it takes. */
const rule = (says, read) => ({ says, read });

export const oneOf = (list) =>
  rule(`one of ${list}`, (text) => (list.includes(text) ? text : undefined));

/** 1 or 0. */
export const flag = () => rule('1 or 0', (text) => ({ 1: true, 0: false })[text]);

export const integer = (max = 1e9) =>
  rule(`an integer up to ${max}`, (text) =>
    /^\d{1,10}$/.test(text) && Number(text) <= max ? Number(text) : undefined,
  );

/** An amount with at most 6 places, in millionths. */
export const money = () =>
  rule('an amount with at most 6 places', (text) =>
    /^\d{1,12}(\.\d{1,6})?$/.test(text) ? ethers.parseUnits(text, 6) : undefined,
  );

export const address = () =>
  rule('an address', (text) => (ethers.isAddress(text) ? ethers.getAddress(text) : undefined));

/** 0x and 64 hex digits; what it says is nothing of what it read. */
export const privateKey = () =>
  rule('0x and 64 hex digits', (text) => (/^0x[0-9a-fA-F]{64}$/.test(text) ? text : undefined));

/** A decimal as it stands, with a sign; its places are the reader's affair. */
export const decimal = () =>
  rule('a decimal', (text) => (/^-?\d{1,6}(\.\d{1,18})?$/.test(text) ? text : undefined));

/** Several, with commas between; an empty text is none. */
export const listOf = ({ says, read }) =>
  rule(`a list, each ${says}`, (text) => {
    const values = text.split(',').filter(Boolean).map(read);
    return values.includes(undefined) ? undefined : values;
  });

/** "off" is null. */
export const orOff = ({ says, read }) =>
  rule(`${says}, or off`, (text) => (text === 'off' ? null : read(text)));

/**
 * Sets what `query` says on `target` ({settings, set(change)}), after `reset=1` on top of `defaults`.
 * Answers what set() does.
 */
export function applied(target, defaults, rules, { reset, ...query }) {
  if (reset !== undefined && reset !== '1') throw new Refusal(400, 'reset must be 1');
  const change = changes(rules, query);
  return target.set(reset ? { ...defaults, ...change } : change);
}

/** The values of `query`, each by its rule. Refusal 400 for an unknown name or a wrong text. */
export function changes(rules, query) {
  return Object.fromEntries(
    Object.entries(query).map(([name, text]) => {
      const known = rules[name];
      if (!known) throw new Refusal(400, `${name} is none of ${Object.keys(rules)}`);
      const value = known.read(text);
      if (value === undefined) throw new Refusal(400, `${name} must be ${known.says}`);
      return [name, value];
    }),
  );
}
