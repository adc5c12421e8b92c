// The served OpenAPI document as a judge: is this path, method and status in it, and does the body
// fit its schema?
import assert from 'node:assert/strict';
import { Ajv2020, addFormats } from '../../sandbox/stack/clients.mjs';

const BASE = 'headroom://openapi';

/**
 * `document` as parsed JSON. Answers check({method, path, status, type, body}), which throws on a
 * breach.
 */
export function contractOf(document) {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addSchema(document, BASE);
  const paths = Object.keys(document.paths);
  const pattern = (p) => new RegExp(`^${p.replace(/\{\w+\}/g, '[^/]+')}$`);
  const patterns = paths
    .map((p) => [p, pattern(p)])
    .sort(([a], [b]) => a.includes('{') - b.includes('{'));
  const validators = new Map();

  /** The pointer to a response, through one $ref. */
  function responseAt(path, method, status) {
    const here = document.paths[path][method]?.responses?.[status];
    if (!here) return undefined;
    if (here.$ref)
      return {
        pointer: here.$ref,
        value: document.components.responses[here.$ref.split('/').at(-1)],
      };
    return { pointer: `#/paths/${escaped(path)}/${method}/responses/${status}`, value: here };
  }

  return ({ method, path, status, type, body }) => {
    const at = `${method} ${path} ${status}`;
    const found = patterns.find(([, p]) => p.test(path));
    if (!found && status === 404) return;
    assert.ok(found, `${at}: the path is not in the document`);
    const verb = method === 'HEAD' ? 'get' : method.toLowerCase();
    if (!document.paths[found[0]][verb]) return assert.equal(status, 405, at);
    if (status === 431 || status === 408) return; // the HTTP layer's own, before any route
    const response = responseAt(found[0], verb, status);
    assert.ok(response, `${at}: the status is not in the document`);
    if (!response.value.content) return;
    const plain = type?.split(';')[0];
    assert.ok(response.value.content[plain], `${at}: content type ${plain} is not in the document`);
    const pointer = `${response.pointer}/content/${escaped(plain)}/schema`;
    if (!validators.has(pointer)) validators.set(pointer, ajv.compile({ $ref: BASE + pointer }));
    const fits = validators.get(pointer);
    assert.ok(fits(body), `${at}: ${ajv.errorsText(fits.errors)} in ${JSON.stringify(body)}`);
  };
}

const escaped = (part) => encodeURIComponent(part.replace(/~/g, '~0').replace(/\//g, '~1'));
