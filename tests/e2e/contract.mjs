// The served OpenAPI document as a judge: is this path, method and status in it, does the body fit its
// schema, and was what the service took what the document says it takes?
import assert from 'node:assert/strict';
import { Ajv2020, addFormats } from '../../sandbox/stack/clients.mjs';

const BASE = 'headroom://openapi';
const TAKEN = [200, 201, 202, 402, 409, 422]; // the request was understood, whatever came of it

/**
 * `document` as parsed JSON. Answers
 *   check({method, path, status, type, body, requestId, sent}), which throws on a breach; `sent` is the
 *     request's body as parsed JSON, when it was JSON;
 *   fits(method, path, body): whether the document lets such a body be sent.
 */
export function contractOf(document) {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addSchema(document, BASE);
  const pattern = (p) => new RegExp(`^${p.replace(/\{\w+\}/g, '[^/]+').replace('.', '\\.')}$`);
  const patterns = Object.keys(document.paths)
    .map((p) => [p, pattern(p)])
    .sort(([a], [b]) => a.includes('{') - b.includes('{'));
  const validators = new Map();

  function validator(pointer) {
    if (!validators.has(pointer)) validators.set(pointer, ajv.compile({ $ref: BASE + pointer }));
    return validators.get(pointer);
  }
  const pathOf = (path) => patterns.find(([, p]) => p.test(path))?.[0];
  const verbOf = (method) => (method === 'HEAD' ? 'get' : method.toLowerCase());

  /** The pointer to a response, through one $ref. */
  function responseAt(path, verb, status) {
    const here = document.paths[path][verb]?.responses?.[status];
    if (!here) return undefined;
    if (here.$ref)
      return {
        pointer: here.$ref,
        value: document.components.responses[here.$ref.split('/').at(-1)],
      };
    return { pointer: `#/paths/${escaped(path)}/${verb}/responses/${status}`, value: here };
  }

  /** What the document says of this answer; of a method that the path lacks, what it says of 405. */
  function documented({ method, path, status }) {
    const at = `${method} ${path} ${status}`;
    const known = pathOf(path);
    if (!known) {
      assert.equal(status, 404, `${at}: the path is not in the document`);
      return responseAt('/bets/{id}', 'get', 404);
    }
    const verb = verbOf(method);
    if (document.paths[known][verb]) {
      const found = responseAt(known, verb, status);
      assert.ok(found, `${at}: the status is not in the document`);
      return found;
    }
    assert.equal(status, 405, `${at}: the method is not in the document`);
    const other = Object.keys(document.paths[known]).find((v) => v !== 'options');
    return responseAt(known, other, 405);
  }

  function fits(method, path, body) {
    const known = pathOf(path);
    const verb = verbOf(method);
    assert.ok(document.paths[known]?.[verb]?.requestBody, `${method} ${path} takes no body`);
    const pointer = `#/paths/${escaped(known)}/${verb}/requestBody/content/application~1json/schema`;
    return validator(pointer)(body);
  }

  function check(answer) {
    const { method, path, status, type, body, requestId, sent } = answer;
    const at = `${method} ${path} ${status}`;
    assert.ok(requestId, `${at}: no Request-Id`);
    const { pointer, value } = documented(answer);
    if (sent !== undefined && TAKEN.includes(status) && pathOf(path))
      assert.ok(
        fits(method, path, sent),
        `${at}: took ${JSON.stringify(sent)}, which is undocumented`,
      );
    if (!value.content || method === 'HEAD') return assert.equal(body, '', `${at}: a body`);
    const plain = type?.split(';')[0];
    assert.ok(value.content[plain], `${at}: content type ${plain} is not in the document`);
    const right = validator(`${pointer}/content/${escaped(plain)}/schema`);
    assert.ok(right(body), `${at}: ${ajv.errorsText(right.errors)} in ${JSON.stringify(body)}`);
  }

  return { check, fits };
}

const escaped = (part) => encodeURIComponent(part.replace(/~/g, '~0').replace(/\//g, '~1'));
