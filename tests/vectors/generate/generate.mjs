// Writes ../ethereum.json, ../bet-intent.json, ../sell-intent.json, ../withdraw-intent.json, ../oft.json and ../uniswap.json with ethers, so that our
// C++ is checked against an independent implementation:
//   npm install --no-package-lock && npm run generate
import { writeFileSync } from 'node:fs';
import {
  AbiCoder, Interface, Transaction, TypedDataEncoder, Wallet, encodeRlp, getAddress, id, keccak256, recoverAddress,
  toUtf8Bytes, zeroPadValue,
} from 'ethers';

// Public test keys of anvil's default mnemonic.
const keys = [
  '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
  '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d',
];
const wallets = keys.map((key) => new Wallet(key));
const user = wallets[0].address;
const usdt0 = '0xB8CE59FC3717ada4C02eaDF9682A9e934F625ebb';
const usdc = '0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359';
const generated_by = 'ethers 6.15.0, tests/vectors/generate/generate.mjs';
const write = (name, data) =>
  writeFileSync(new URL(`../${name}`, import.meta.url), `${JSON.stringify({ generated_by, ...data }, null, 1)}\n`);

// -- ethereum.json: keccak, EIP-55, RLP, type-2 transactions --------------------------------------------
const bytes = (n) => '0x' + Array.from({ length: n }, (_, i) => ((i * 7 + 1) % 256).toString(16).padStart(2, '0')).join('');
const rlp_items = ['0x', '0x00', '0x7f', '0x80', '0x0400', bytes(55), bytes(56), bytes(300)];

function transaction(key, fields) {
  const tx = Transaction.from({ type: 2, ...fields });
  const sighash = tx.unsignedHash;
  tx.signature = new Wallet(key).signingKey.sign(sighash);
  const s = tx.signature;
  return { key, ...fields, sighash, hash: tx.hash, raw: tx.serialized, r: s.r, s: s.s, y_parity: s.yParity };
}
const base = { nonce: 0, maxPriorityFeePerGas: '1000000000', maxFeePerGas: '2000000000', gasLimit: 21000, value: '0', data: '0x' };
const transactions = [
  { ...base, chainId: 9745, to: wallets[1].address },
  { ...base, chainId: 137, nonce: 7, to: usdc, gasLimit: 150000, data: bytes(68) },
  { ...base, chainId: 137, nonce: 127, to: usdc, value: '1', data: '0x00' },
  { ...base, chainId: 1, nonce: 128, to: usdc, value: '115792089237316195423570985008687907853269984665640564039457584007913129639935', data: bytes(1) },
  { ...base, chainId: 9745, nonce: 4294967296, to: user, maxPriorityFeePerGas: '0', maxFeePerGas: '0', value: '1000000000000000000', data: bytes(1000) },
];
// Signatures whose r or s is short exercise the stripped integers: search a few nonces for one.
for (let nonce = 1000, found = 0; found < 2; ++nonce) {
  const candidate = transaction(keys[0], { ...base, chainId: 137, nonce, to: usdc });
  if (candidate.r.startsWith('0x00') || candidate.s.startsWith('0x00')) {
    transactions.push({ ...base, chainId: 137, nonce, to: usdc });
    ++found;
  }
}
write('ethereum.json', {
  keccak: ['', 'hello', 'a'.repeat(135), 'a'.repeat(136), 'a'.repeat(137)].map((text) => ({ text, hash: keccak256(toUtf8Bytes(text)) })),
  addresses: [user, wallets[1].address, usdt0, usdc, '0x' + '0'.repeat(40), '0x' + 'f'.repeat(40)].map((a) => getAddress(a.toLowerCase())),
  keys: wallets.map((w) => ({ key: w.privateKey, address: w.address })),
  rlp: [...rlp_items.map((item) => ({ item, encoded: encodeRlp(item) })), { list: rlp_items, encoded: encodeRlp(rlp_items) }, { list: [], encoded: encodeRlp([]) }],
  transactions: transactions.map((t, i) => transaction(keys[i % 2], t)),
});

// -- bet-intent.json, sell-intent.json, withdraw-intent.json --------------------------------------------
// One deployment's domains: its account, and the chains that wallets sign on.
const verifyingContract = '0x5FbDB2315678afecb367f032d93F642f64180aa3';
const domains = [137, 9745].map((chainId) => ({ name: 'Headroom', version: '1', chainId, verifyingContract }));
const intent_types = (name, how_much, price) => ({
  [name]: [
    { name: 'user', type: 'address' },
    { name: 'tokenId', type: 'uint256' },
    { name: how_much, type: 'uint256' },
    { name: price, type: 'uint256' },
    { name: 'idempotencyKey', type: 'bytes32' },
    { name: 'deadline', type: 'uint256' },
  ],
});
const signed_intents = async (types, intents) => {
  const vectors = [];
  for (const { key, idempotency_key, ...rest } of intents) {
    const wallet = wallets[key];
    const message = { user: wallet.address, ...rest, idempotencyKey: id(idempotency_key) };
    vectors.push({
      idempotency_key,
      message,
      signer: wallet.address,
      signed: await Promise.all(
        domains.map(async (domain) => ({
          chain_id: domain.chainId,
          digest: TypedDataEncoder.hash(domain, types, message),
          signature: await wallet.signTypedData(domain, types, message),
        })),
      ),
    });
  }
  for (const v of vectors)
    for (const s of v.signed) if (recoverAddress(s.digest, s.signature) !== v.signer) throw new Error('self-check');
  return { domains, vectors };
};
write('bet-intent.json', await signed_intents(intent_types('BetIntent', 'amount', 'maxPrice'), [
  { key: 0, tokenId: '71321045679252212594626385532706912750332728571942532289631379312455583992563', amount: '25370000', maxPrice: '570000', idempotency_key: 'bet-0001', deadline: '1795000300' },
  { key: 1, tokenId: '0', amount: '0', maxPrice: '0', idempotency_key: '', deadline: '0' },
  { key: 1, tokenId: '115792089237316195423570985008687907853269984665640564039457584007913129639935', amount: '9223372036854775807', maxPrice: '999999', idempotency_key: 'żółw €', deadline: '9223372036854775807' },
]));
write('sell-intent.json', await signed_intents(intent_types('SellIntent', 'shares', 'minPrice'), [
  { key: 0, tokenId: '71321045679252212594626385532706912750332728571942532289631379312455583992563', shares: '44508700', minPrice: '550000', idempotency_key: 'sale-0001', deadline: '1795000300' },
  { key: 1, tokenId: '0', shares: '0', minPrice: '0', idempotency_key: '', deadline: '0' },
  { key: 1, tokenId: '115792089237316195423570985008687907853269984665640564039457584007913129639935', shares: '9223372036854775807', minPrice: '999999', idempotency_key: 'żółw €', deadline: '9223372036854775807' },
]));

const withdraw_types = {
  WithdrawIntent: [
    { name: 'user', type: 'address' },
    { name: 'to', type: 'address' },
    { name: 'amount', type: 'uint256' },
    { name: 'idempotencyKey', type: 'bytes32' },
    { name: 'deadline', type: 'uint256' },
  ],
};
write('withdraw-intent.json', await signed_intents(withdraw_types, [
  { key: 0, to: wallets[1].address, amount: '25370000', idempotency_key: 'withdrawal-0001', deadline: '1795000300' },
  { key: 1, to: '0x' + '0'.repeat(40), amount: '0', idempotency_key: '', deadline: '0' },
  { key: 1, to: '0x' + 'f'.repeat(40), amount: '9223372036854775807', idempotency_key: 'żółw €', deadline: '9223372036854775807' },
]));

// -- oft.json -------------------------------------------------------------------------------------------
const oft = new Interface([
  'function quoteSend((uint32 dstEid,bytes32 to,uint256 amountLD,uint256 minAmountLD,bytes extraOptions,bytes composeMsg,bytes oftCmd) p,bool lz) view returns ((uint256 nativeFee,uint256 lzTokenFee))',
  'function send((uint32 dstEid,bytes32 to,uint256 amountLD,uint256 minAmountLD,bytes extraOptions,bytes composeMsg,bytes oftCmd) p,(uint256 nativeFee,uint256 lzTokenFee) fee,address refund) payable',
  'function peers(uint32) view returns (bytes32)',
  'event OFTSent(bytes32 indexed guid,uint32 dstEid,address indexed fromAddress,uint256 amountSentLD,uint256 amountReceivedLD)',
  'event OFTReceived(bytes32 indexed guid,uint32 srcEid,address indexed toAddress,uint256 amountReceivedLD)',
]);
const erc20 = new Interface([
  'event Transfer(address indexed from,address indexed to,uint256 value)',
  'function approve(address spender,uint256 value)',
  'function allowance(address,address) view returns (uint256)',
  'function balanceOf(address) view returns (uint256)',
]);
const messenger = '0x02ca37966753bDdDf11216B73B16C1dE756A7CF9';
const guid = id('guid');
const send = { dstEid: 30109, to: zeroPadValue(user, 32), amountLD: 500000000n, minAmountLD: 500000000n, extraOptions: '0x', composeMsg: '0x', oftCmd: '0x' };
const fee = { nativeFee: 12345678901234567890n, lzTokenFee: 0n };
const log = (emitter, iface, event, args) => ({ address: emitter, ...iface.encodeEventLog(event, args) });
const transfer = (token, from, to, value) => log(token, erc20, 'Transfer', [from, to, value]);
write('oft.json', {
  messenger,
  destination_eid: 30109,
  to: user,
  amount: '500000000',
  native_fee: fee.nativeFee.toString(),
  quote_send_call: oft.encodeFunctionData('quoteSend', [send, false]),
  quote_return: AbiCoder.defaultAbiCoder().encode(['uint256', 'uint256'], [fee.nativeFee, 0n]),
  send_call: oft.encodeFunctionData('send', [send, fee, wallets[1].address]),
  refund_to: wallets[1].address,
  peers_call: oft.encodeFunctionData('peers', [30109]),
  guid,
  sent_logs: [
    transfer(usdt0, user, '0x' + '0'.repeat(40), 500000000n),
    log(messenger, oft, 'OFTSent', [guid, 30109, user, 500000000n, 499999999n]),
  ],
  received_log: log(messenger, oft, 'OFTReceived', [guid, 30383, user, 499999999n]),
});

// -- uniswap.json ---------------------------------------------------------------------------------------
const uniswap = new Interface([
  'function quoteExactInputSingle((address tokenIn,address tokenOut,uint256 amountIn,uint24 fee,uint160 sqrtPriceLimitX96) p) returns (uint256,uint160,uint32,uint256)',
  'function exactInputSingle((address tokenIn,address tokenOut,uint24 fee,address recipient,uint256 deadline,uint256 amountIn,uint256 amountOutMinimum,uint160 sqrtPriceLimitX96) p) payable returns (uint256)',
]);
const swap = { tokenIn: usdt0, tokenOut: usdc, fee: 100, recipient: user, deadline: 1795000600n, amountIn: 500000000n, amountOutMinimum: 499750000n, sqrtPriceLimitX96: 0n };
write('uniswap.json', {
  token_in: usdt0,
  token_out: usdc,
  recipient: user,
  fee: 100,
  deadline: 1795000600,
  amount_in: 500000000,
  min_out: 499750000,
  quote_call: uniswap.encodeFunctionData('quoteExactInputSingle', [swap]),
  quote_return: uniswap.encodeFunctionResult('quoteExactInputSingle', [499950000n, 79228162514264337593543950336n, 1, 80000n]),
  swap_call: uniswap.encodeFunctionData('exactInputSingle', [swap]),
  approve_call: erc20.encodeFunctionData('approve', [messenger, 500000000n]),
  allowance_call: erc20.encodeFunctionData('allowance', [user, messenger]),
  balance_of_call: erc20.encodeFunctionData('balanceOf', [user]),
  spender: messenger,
  receipt_logs: [
    transfer(usdc, wallets[1].address, user, 499950000n),
    transfer(usdt0, user, wallets[1].address, 500000000n),
    transfer(usdc, wallets[1].address, messenger, 5n),
    transfer(usdc, wallets[1].address, user, 7n),
  ],
  received: 499950007,
});
