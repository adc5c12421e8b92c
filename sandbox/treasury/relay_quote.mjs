// What Relay answers to a request for a quote, and what may be forged in it.
import { ethers } from 'ethers';

const STRANGER = '0x00000000000000000000000000000000deadbeef';
// what a quote's transactions get wrong
export const FORGERIES = ['none', 'to', 'token', 'amount', 'value', 'spender', 'order_id', 'chain'];
const NAMES = { 9745: 'plasma', 137: 'polygon', 8453: 'base' };
export const nameOf = (chain) => NAMES[chain.chainId] ?? chain.name;

/** What a user pays on a source chain; on Polygon it is what is delivered. */
export const paidIn = (chain) => (chain.name === 'plasma' ? chain.token.usdt0 : chain.token.usdc);

export const currencyOf = (chain, token) => ({
  chainId: chain.chainId,
  address: token.address.toLowerCase(),
  symbol: token === chain.token.usdt0 ? 'USDT0' : 'USDC',
  decimals: 6,
});

const amountOf = (currency, amount) => ({
  currency,
  amount: String(amount),
  amountFormatted: ethers.formatUnits(amount, 6),
  minimumAmount: String(amount),
});

async function stepsOf(row, depository, forge) {
  const token = paidIn(row.chain);
  const amount = forge === 'amount' ? row.amount * 2n : row.amount;
  if (row.depositAddress) {
    const to = forge === 'to' ? STRANGER : row.depositAddress;
    const data = token.abi.encodeFunctionData('transfer', [to, amount]);
    return [
      { ...step(row, forge, 'deposit', token.address, data), depositAddress: row.depositAddress },
    ];
  }
  const spender = forge === 'spender' ? STRANGER : depository.address;
  const [allowed] = await row.chain.rpc.read(token, 'allowance', [row.user, depository.address]);
  const approve = token.abi.encodeFunctionData('approve', [spender, amount]);
  const deposit = depository.abi.encodeFunctionData('depositErc20', [
    row.user,
    forge === 'token' ? STRANGER : token.address,
    amount,
    forge === 'order_id' ? ethers.ZeroHash : row.id,
  ]);
  const target = forge === 'to' ? STRANGER : depository.address;
  return [
    ...(allowed < row.amount ? [step(row, forge, 'approve', token.address, approve)] : []),
    step(row, forge, 'deposit', target, deposit),
  ];
}

function step(row, forge, id, to, data) {
  return {
    id,
    action: 'Confirm transaction in your wallet',
    description: id === 'approve' ? 'Approve the token' : 'Deposit funds for executing the swap',
    kind: 'transaction',
    requestId: row.id,
    items: [
      {
        status: 'incomplete',
        data: {
          from: row.user.toLowerCase(),
          to: to.toLowerCase(),
          data,
          value: forge === 'value' ? '1000000000000000' : '0',
          chainId: forge === 'chain' ? 1 : row.chain.chainId,
          gas: id === 'approve' ? '60000' : '120000',
          maxFeePerGas: '2000000000',
          maxPriorityFeePerGas: '1000000000',
        },
        ...(id === 'deposit'
          ? { check: { endpoint: `/intents/status/v3?requestId=${row.id}`, method: 'GET' } }
          : {}),
      },
    ],
  };
}

/** The answer to a quote: the transactions to send, what it costs, and what comes out. */
export async function quoteOf(row, { polygon, settings, depository }) {
  const steps = await stepsOf(row, depository, settings.forge);
  const [origin, target] = [
    currencyOf(row.chain, paidIn(row.chain)),
    currencyOf(polygon, polygon.token.usdc),
  ];
  const fee = amountOf(origin, row.amount - row.out > 0n ? row.amount - row.out : 0n);
  return {
    steps,
    fees: {
      gas: amountOf(origin, 0n),
      relayer: fee,
      relayerGas: amountOf(origin, 0n),
      relayerService: fee,
      app: amountOf(origin, 0n),
    },
    details: {
      operation: 'swap',
      sender: row.user.toLowerCase(),
      recipient: row.recipient.toLowerCase(),
      currencyIn: amountOf(origin, row.amount),
      currencyOut: amountOf(target, row.out),
      rate: String(Number(row.out) / Number(row.amount)),
      timeEstimate: settings.time_estimate,
    },
    protocol: {
      v2: {
        orderId: row.id,
        paymentDetails: {
          chainId: nameOf(row.chain),
          depository: depository.address.toLowerCase(),
          currency: paidIn(row.chain).address.toLowerCase(),
          amount: String(row.amount),
        },
      },
    },
  };
}
