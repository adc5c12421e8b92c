// Query parameters of the control calls, checked: a setting that is wrong names itself.
import { ethers } from 'ethers';
import { Refusal } from '../http.mjs';

/** Each reads the text of one setting, or answers undefined when it is wrong. */
export const whole =
  (max = 1e9) =>
  (text) =>
    /^\d{1,13}$/.test(text) && Number(text) <= max ? Number(text) : undefined;
export const flag = (text) => ({ 1: true, 0: false })[text];
export const oneOf = (values) => (text) => (values.includes(text) ? text : undefined);
export const listOf = (values) => (text) => {
  const parts = text.split(',').filter(Boolean);
  return parts.every((p) => values.includes(p)) ? parts : undefined;
};
/** A decimal with at most 6 places, in millionths. */
export const money = (text) =>
  /^\d{1,12}(\.\d{1,6})?$/.test(text) ? ethers.parseUnits(text, 6) : undefined;
export const addresses = (text) => {
  const parts = text.split(',').filter(Boolean);
  return parts.every((p) => ethers.isAddress(p)) ? parts.map((p) => p.toLowerCase()) : undefined;
};

/** Changes `settings` as `query` says by the readers of `spec`; refuses as a whole. Answers `settings`. */
export function change(settings, query, spec) {
  return Object.assign(settings, read(query, spec));
}

/** The settings that `query` names, read by `spec`. */
export function read(query, spec) {
  const wanted = {};
  for (const [name, text] of Object.entries(query)) {
    const value = spec[name]?.(text);
    if (value === undefined) throw new Refusal(400, `bad setting: ${name}=${text}`);
    wanted[name] = value;
  }
  return wanted;
}
