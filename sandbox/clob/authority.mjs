// Whose order this is: the API key's owner, the maker that pays, and the signature that binds both.
import { Refusal } from '../http.mjs';
import { exchangeOf } from './markets.mjs';
import { orderId, recoverSigner, structHash, wrappedSigner } from './signature.mjs';
import { TYPE } from './wallets.mjs';

const refuse = (text) => new Refusal(400, text);
const NOT_THE_KEYS = 'the order signer address has to be the address of the API KEY';
const NOT_ALLOWED = 'maker address not allowed, please use the deposit wallet flow';

/**
 * Who may post this. Type 0: the key's owner is maker and signer. Types 1 and 2: it signs for its
 * wallet. Type 3: maker and signer are its deposit wallet; one that is not deployed (here: not
 * registered) is refused in the words for a wrong signer, as by the venue.
 */
export function checkAuthority({ owner, signed }, credential, wallets) {
  if (owner !== credential.key) throw refuse('the order owner has to be the owner of the API KEY');
  const { signatureType: type } = signed;
  const [maker, signer] = [signed.maker.toLowerCase(), signed.signer.toLowerCase()];
  if (type === TYPE.DEPOSIT_WALLET) {
    if (maker !== signer || !wallets.belongs(maker, credential.address, type))
      throw refuse(NOT_THE_KEYS);
    return;
  }
  if (signer !== credential.address) throw refuse(NOT_THE_KEYS);
  const allowed = type === TYPE.EOA ? maker === signer : wallets.belongs(maker, signer, type);
  if (!allowed) throw refuse(NOT_ALLOWED);
}

/** A plain key that never traded here and is in no list is sent to the deposit wallets. */
export function checkKnownEoa({ signed }, credential, wallets, hasTraded) {
  const { EOA } = TYPE;
  if (signed.signatureType !== EOA || hasTraded) return;
  if (!wallets.belongs(credential.address, credential.address, EOA)) throw refuse(NOT_ALLOWED);
}

/**
 * The order's id, once the signature is proven to be the owner's for the exchange of this token.
 */
export function verifiedId({ signed }, token, credential) {
  const exchange = exchangeOf(token);
  const contents = structHash(signed);
  const id = orderId(contents, exchange);
  const signedBy =
    signed.signatureType === TYPE.DEPOSIT_WALLET
      ? wrappedSigner(contents, exchange, signed.maker, signed.signature)
      : recoverSigner(id, signed.signature);
  if (signedBy !== credential.address) throw refuse('invalid signature');
  return id;
}
