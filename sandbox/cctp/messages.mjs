// A CCTP v2 message and the burn in it, as bytes and as fields.
import { ethers } from 'ethers';

const BODY = 148; // first byte of a message's body
const FIELDS = {
  sourceDomain: [4, 4],
  destinationDomain: [8, 4],
  nonce: [12, 32],
  sender: [44, 32],
  recipient: [76, 32],
  destinationCaller: [108, 32],
  minFinalityThreshold: [140, 4],
  finalityThresholdExecuted: [144, 4],
  burnToken: [BODY + 4, 32],
  mintRecipient: [BODY + 36, 32],
  amount: [BODY + 68, 32],
  messageSender: [BODY + 100, 32],
  maxFee: [BODY + 132, 32],
  feeExecuted: [BODY + 164, 32],
  expirationBlock: [BODY + 196, 32],
};
const HOOK_DATA = BODY + 228;

const word = (message, name) => {
  const [offset, size] = FIELDS[name];
  return ethers.dataSlice(message, offset, offset + size);
};
export const numberIn = (message, name) => BigInt(word(message, name));

/** `message` with some of its numbers (or words) written anew. */
export function withFields(message, fields) {
  const bytes = ethers.getBytes(message);
  for (const [name, value] of Object.entries(fields)) {
    const [offset, size] = FIELDS[name];
    bytes.set(ethers.getBytes(ethers.toBeHex(value, size)), offset);
  }
  return ethers.hexlify(bytes);
}

/** As the attestation service shows it: numbers as texts, addresses in 20 bytes. */
export function decoded(message) {
  const text = (name) => String(numberIn(message, name));
  const account = (name) => ethers.dataSlice(word(message, name), 12);
  return {
    sourceDomain: text('sourceDomain'),
    destinationDomain: text('destinationDomain'),
    nonce: word(message, 'nonce'),
    sender: account('sender'),
    recipient: account('recipient'),
    destinationCaller: account('destinationCaller'),
    minFinalityThreshold: text('minFinalityThreshold'),
    finalityThresholdExecuted: text('finalityThresholdExecuted'),
    messageBody: ethers.dataSlice(message, BODY),
    decodedMessageBody: {
      burnToken: account('burnToken'),
      mintRecipient: account('mintRecipient'),
      amount: text('amount'),
      messageSender: account('messageSender'),
      maxFee: text('maxFee'),
      feeExecuted: text('feeExecuted'),
      expirationBlock: text('expirationBlock'),
      hookData: ethers.dataSlice(message, HOOK_DATA),
    },
  };
}
