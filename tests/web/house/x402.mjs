// x402 version 2, scheme exact: the demand, and what is wrong with a payment.
import { paidBy } from './signatures.mjs';

const base64 = (value) => Buffer.from(JSON.stringify(value)).toString('base64');
const fromBase64 = (text) => JSON.parse(Buffer.from(text, 'base64').toString());

export const demand = (sources, amount, fee, error) => base64({
  x402Version: 2, error: error || 'Payment required', resource: { url: '/deposit', description: 'A deposit', mimeType: 'application/json' },
  accepts: sources.map((s) => ({
    scheme: 'exact', network: s.network, amount: String(amount), asset: s.asset, payTo: s.pay_to, maxTimeoutSeconds: 300,
    extra: { name: s.token_name, version: s.token_version, primaryType: 'TransferWithAuthorization', rate: '1', fee: String(fee), credited: String(amount - fee) },
  })),
});
export const demandBody = (error) => ({ x402Version: 1, error: error || 'X-PAYMENT header is required', accepts: [] });

/** {source, authorization}, or {error}. */
export function read(header, sources, amount) {
  let p;
  try {
    p = fromBase64(header);
  } catch {
    return { error: 'invalid_payload' };
  }
  const source = sources.find((s) => s.network === p.accepted?.network && s.asset === p.accepted?.asset);
  const a = p.payload?.authorization;
  if (p.x402Version !== 2 || !a) return { error: 'invalid_payload' };
  if (!source || p.accepted.amount !== String(amount) || p.accepted.extra.name !== source.token_name || p.accepted.maxTimeoutSeconds !== 300) return { error: 'invalid_payment_requirements' };
  const domain = { name: source.token_name, version: source.token_version, chainId: Number(source.network.split(':')[1]), verifyingContract: source.asset };
  if (!paidBy(a.from, domain, a, p.payload.signature)) return { error: 'invalid_exact_evm_signature' };
  if (a.to !== source.pay_to) return { error: 'invalid_exact_evm_recipient_mismatch' };
  if (Number(a.validBefore) < Date.now() / 1_000 + 6) return { error: 'invalid_exact_evm_payload_authorization_valid_before' };
  if (a.value !== String(amount)) return { error: 'invalid_exact_evm_payload_authorization_value_mismatch' };
  return { source, authorization: a };
}

export const paid = (hash, payer, amount) => base64({ success: true, transaction: hash, payer, amount: String(amount) });
export const failed = (errorReason) => base64({ success: false, errorReason, transaction: '' });
