import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import { effect } from '@preact/signals';
import './style.css';
import { resumeRuns } from './act/runs';
import { client } from './data/api';
import { config, loadConfig } from './state/config';
import { startLive, wantPrices } from './state/live';
import { signedIn } from './state/session';
import { market, startSlip } from './state/slip';
import { Bar } from './ui/bar';
import { Connect } from './ui/connect';
import { later } from './ui/later';
import { MarketHead, MarketList } from './ui/markets';
import { route } from './ui/route';
import { open } from './ui/shell';
import { Slip } from './ui/slip';
import { Unfinished } from './ui/unfinished';
import { address, discover } from './wallet/wallets';

const Deposit = later(() => import('./ui/deposit').then((m) => m.DepositWindow));
const Withdraw = later(() => import('./ui/withdraw').then((m) => m.WithdrawWindow));
const Sell = later(() => import('./ui/sell').then((m) => m.SellWindow));
const OnePress = later(() => import('./ui/one_press').then((m) => m.OnePressWindow));
const Money = later(() => import('./ui/money').then((m) => m.MoneyPage));
const History = later(() => import('./ui/history').then((m) => m.HistoryPage));
const BetOne = later(() => import('./ui/things').then((m) => m.BetPage));
const SaleOne = later(() => import('./ui/things').then((m) => m.SalePage));
const DepositOne = later(() => import('./ui/things').then((m) => m.DepositPage));
const WithdrawalOne = later(() => import('./ui/things').then((m) => m.WithdrawalPage));

function Screen() {
  const { page, id } = route.value;
  switch (page) {
    case 'money': return <Money />;
    case 'history': return <History />;
    case 'b': return <BetOne key={id} id={id} />;
    case 's': return <SaleOne key={id} id={id} />;
    case 'd': return <DepositOne key={id} id={id} />;
    case 'w': return <WithdrawalOne key={id} id={id} />;
    case 'unknown': return <><h1>Not here</h1><p>There is no such page. <a href="#/">All markets</a></p></>;
    default:
      return (
        <div class={page === 'm' ? 'two one-market' : 'two'}>
          <MarketList />
          <div class="side">
            {page === 'm' && <MarketHead key={id} id={id} />}
            <Slip />
          </div>
        </div>
      );
  }
}

function Windows() {
  const w = open.value;
  if (w === null) return null;
  if (w.is === 'connect') return <Connect />;
  if (config.value === null) return null;
  if (w.is === 'deposit') return <Deposit key={w.run ?? ''} {...(w.run ? { run: w.run } : {})} />;
  if (w.is === 'withdraw') return <Withdraw />;
  if (w.is === 'sell') return <Sell position={w.position} />;
  return <OnePress />;
}

function Page() {
  const { page, id } = route.value;
  useEffect(() => {
    document.title = page === 'money' ? 'Money · Headroom' : page === 'history' ? 'History · Headroom' : 'Headroom';
    window.scrollTo(0, 0);
  }, [page, id]);
  return (
    <>
      <Bar />
      <main id="main" tabIndex={-1}>
        <Unfinished />
        <Screen />
      </main>
      <Windows />
    </>
  );
}

startLive();
startSlip();
resumeRuns();
effect(() => wantPrices(market.value?.outcomes.map((o) => o.token_id) ?? []));
effect(() => {
  const who = address.value;
  if (!who) return;
  void import('./act/orders').catch(() => {}); // at hand when the button is pressed
  if (signedIn.value && config.value?.features.delegations) void import('./act/one_press').then((m) => m.loadDelegations(who)).catch(() => {});
});
discover();
void loadConfig(client);
render(<Page />, document.getElementById('app')!);
