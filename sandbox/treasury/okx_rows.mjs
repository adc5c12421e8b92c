// How OKX writes what an account has: all numbers are strings.
import { ethers } from 'ethers';

export const INSTRUMENT = 'USDC-USDT';
export const decimal = (micro) => ethers.formatUnits(micro, 6).replace(/\.0$/, '');

export const currencyRow = (ccy, chain, address, settings) => ({
  ccy,
  chain,
  name: ccy,
  ctAddr: address.toLowerCase(),
  canDep: !settings.suspended_deposits.includes(chain),
  canWd: !settings.suspended_withdrawals.includes(chain),
  canInternal: true,
  mainNet: false,
  needTag: false,
  minDep: '0.01',
  minDepArrivalConfirm: String(settings.arrival_blocks),
  minWdUnlockConfirm: String(settings.unlock_blocks),
  fee: decimal(settings.withdraw_fee),
  minFee: decimal(settings.withdraw_fee),
  maxFee: decimal(settings.withdraw_fee),
  burningFeeRate: '',
  minWd: decimal(settings.min_withdrawal),
  maxWd: '10000000',
  wdTickSz: '6',
  wdQuota: '10000000',
  usedWdQuota: '0',
  depQuotaFixed: '',
  usedDepQuotaFixed: '',
});

/** A deposit on a chain that is suspended waits in state 8. */
export const depositRow = (d, suspended) => ({
  actualDepBlkConfirm: String(d.confirmations ?? 0),
  amt: decimal(d.amount),
  areaCodeFrom: '',
  ccy: d.ccy,
  chain: d.chain,
  depId: d.depId,
  from: '',
  fromWdId: '',
  state: suspended.includes(d.chain) && !d.credited ? '8' : d.state,
  to: d.to.toLowerCase(),
  ts: d.ts,
  txId: d.txId,
});

export const withdrawalRow = (w) => ({
  ccy: w.ccy,
  chain: w.chain,
  nonTradableAsset: false,
  amt: decimal(w.amount),
  ts: w.ts,
  from: '',
  to: w.to.toLowerCase(),
  txId: w.txId,
  fee: decimal(w.fee),
  feeCcy: w.ccy,
  state: w.state,
  wdId: w.wdId,
  clientId: w.clientId,
  note: '',
});

export function orderRow(o) {
  const price = (x) => (x === undefined ? '' : decimal(x));
  return {
    instType: 'SPOT',
    instId: INSTRUMENT,
    tdMode: 'cash',
    ordId: o.ordId,
    clOrdId: o.clOrdId,
    side: o.side,
    ordType: o.ordType,
    px: price(o.price),
    sz: decimal(o.size),
    accFillSz: decimal(o.filled),
    fillPx: price(o.market),
    avgPx: price(o.market),
    state: o.state,
    fee: o.fee === 0n ? '0' : `-${decimal(o.fee)}`,
    feeCcy: o.feeCcy,
    cTime: o.ts,
    uTime: o.ts,
  };
}
