// Writes ../bridges.json with ethers: Across' deposits, Circle's messages, LayerZero's quoteOFT.
import { writeFileSync } from 'node:fs';
import { AbiCoder, Interface, concat, getAddress, id, keccak256, solidityPacked, toBeHex, zeroPadValue } from 'ethers';

const coder = AbiCoder.defaultAbiCoder();
const word = (n) => zeroPadValue(toBeHex(n), 32);
const account = (n) => getAddress(zeroPadValue(toBeHex(n), 20));

// -- Across: depositor 5, recipient 6, relayer 9, tokens 1 and 2, from 9745 to 137 ------------------------
const RELAY =
  'tuple(bytes32 depositor,bytes32 recipient,bytes32 exclusiveRelayer,bytes32 inputToken,bytes32 outputToken,' +
  'uint256 inputAmount,uint256 outputAmount,uint256 originChainId,uint256 depositId,uint32 fillDeadline,' +
  'uint32 exclusivityDeadline,bytes message)';
const relay = [
  word(5), word(6), word(9), word(1), word(2), 100000000n, 99950000n, 9745n, 7n, 1800000910n, 1800000040n, '0x',
];
const calls = new Interface([
  'function depositV3(address,address,address,address,uint256,uint256,uint256,address,uint32,uint32,uint32,bytes)',
  'function depositForBurn(uint256,uint32,bytes32,address,bytes32,uint256,uint32)',
  'function receiveMessage(bytes,bytes)',
  'function quoteOFT((uint32,bytes32,uint256,uint256,bytes,bytes,bytes))',
]);
const deposit = calls.encodeFunctionData('depositV3', [
  account(5), account(6), account(1), account(2), 100000000n, 99950000n, 137n, account(9), 1800000009n, 1800000910n, 30n,
  '0x',
]);

// -- Circle: 100 USDC of token 1, burnt by 6 on domain 6 for 5 on domain 7, messengers 10 -----------------
const message = ({ nonce, executed, fee, expiration }) =>
  solidityPacked(
    ['uint32', 'uint32', 'uint32', 'bytes32', 'bytes32', 'bytes32', 'bytes32', 'uint32', 'uint32', 'bytes'],
    [
      1, 6, 7, nonce, word(10), word(10), word(0), 1000, executed,
      solidityPacked(
        ['uint32', 'bytes32', 'bytes32', 'uint256', 'bytes32', 'uint256', 'uint256', 'uint256'],
        [1, word(1), word(5), 100000000n, word(6), 10000n, fee, expiration],
      ),
    ],
  );
const attested = message({ nonce: `0x${'ab'.repeat(32)}`, executed: 1000, fee: 9000n, expiration: 77n });

const data = {
  generated_by: 'ethers 6.15.0, tests/vectors/generate/bridges.mjs',
  relay_hash: keccak256(coder.encode([RELAY, 'uint256'], [relay, 137n])),
  deposit_call: deposit,
  deposit_call_with_integrator: concat([deposit, '0x1dc0de00d1']),
  burn_call: calls.encodeFunctionData('depositForBurn', [100000000n, 7, word(5), account(1), word(0), 10000n, 1000]),
  burn_message: message({ nonce: word(0), executed: 0, fee: 0n, expiration: 0n }),
  attested_message: attested,
  receive_call: calls.encodeFunctionData('receiveMessage', [attested, '0x0102']),
  topics: {
    deposited: id(
      'FundsDeposited(bytes32,bytes32,uint256,uint256,uint256,uint256,uint32,uint32,uint32,bytes32,bytes32,bytes32,bytes)',
    ),
    filled: id(
      'FilledRelay(bytes32,bytes32,uint256,uint256,uint256,uint256,uint256,uint32,uint32,bytes32,bytes32,bytes32,bytes32,' +
        'bytes32,(bytes32,bytes32,uint256,uint8))',
    ),
    burnt: id('DepositForBurn(address,uint256,address,bytes32,uint32,bytes32,bytes32,uint256,uint32,bytes)'),
    received: id('MessageReceived(address,uint32,bytes32,bytes32,uint32,bytes)'),
  },
  quote_oft_call: calls.encodeFunctionData('quoteOFT', [[30109, word(5), 500000000n, 500000000n, '0x', '0x', '0x']]),
  quote_oft_return: coder.encode(
    ['tuple(uint256,uint256)', 'tuple(int256,string)[]', 'tuple(uint256,uint256)'],
    [[1n, 900000000n], [[-5n, 'fee']], [500000000n, 499999995n]],
  ),
};
writeFileSync(new URL('../bridges.json', import.meta.url), `${JSON.stringify(data, null, 1)}\n`);
