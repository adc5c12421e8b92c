// CCTP v2: burn, attest, mint, and how each of them can go wrong.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ethers } from 'ethers';
import { connect, post, request, sleep, startSandbox, until } from './support.mjs';

const usd = (amount) => ethers.parseUnits(String(amount), 6);
const ERC20 = [
  'function balanceOf(address) view returns (uint256)',
  'function approve(address,uint256)',
];
const MESSENGER = [
  'function depositForBurn(uint256,uint32,bytes32,address,bytes32,uint256,uint32)',
  'event DepositForBurn(address indexed burnToken,uint256 amount,address indexed depositor,bytes32 mintRecipient,uint32 destinationDomain,bytes32 destinationTokenMessenger,bytes32 destinationCaller,uint256 maxFee,uint32 indexed minFinalityThreshold,bytes hookData)',
  'event MintAndWithdraw(address indexed mintRecipient,uint256 amount,address indexed mintToken,uint256 feeCollected)',
];
const TRANSMITTER = [
  'function receiveMessage(bytes,bytes) returns (bool)',
  'function usedNonces(bytes32) view returns (uint256)',
  'function localDomain() view returns (uint32)',
  'event MessageReceived(address indexed caller,uint32 sourceDomain,bytes32 indexed nonce,bytes32 sender,uint32 indexed finalityThresholdExecuted,bytes messageBody)',
];
const b32 = (address) => ethers.zeroPadValue(address, 32);
const done = async (sent) => (await sent).wait();

let sandbox, plasma, polygon, base, control, iris, service;

before(async () => {
  service = ethers.Wallet.createRandom();
  sandbox = await startSandbox(['--service-address', service.address, '--users', '1']);
  ({ plasma, polygon, base, control_url: control } = sandbox.info);
  iris = sandbox.info.cctp.iris_url;
  for (const [name, chain] of Object.entries({ plasma, polygon, base })) {
    chain.link = connect(chain, service);
    const { wallet } = chain.link;
    chain.messenger = new ethers.Contract(chain.token_messenger, MESSENGER, wallet);
    chain.transmitter = new ethers.Contract(chain.message_transmitter, TRANSMITTER, wallet);
    chain.token = new ethers.Contract(chain.usdc, ERC20, wallet);
    await post(`${control}/mint?chain=${name}&token=usdc&to=${service.address}&amount=10000`);
    await done(chain.token.approve(chain.token_messenger, ethers.MaxUint256));
  }
});
after(async () => {
  for (const chain of [plasma, polygon, base]) chain?.link?.provider.destroy();
  await sandbox?.stop();
});

const switches = (query) => post(`${control}/cctp?${query}`).then((r) => r.json);
const irisSwitch = (query) => post(`${control}/cctp/iris?${query}`).then((r) => r.json);

async function burn(amount, { from = base, to = polygon, threshold = 2000, maxFee = 0n } = {}) {
  const call = from.messenger.depositForBurn(
    usd(amount),
    to.cctp_domain,
    b32(service.address),
    from.usdc,
    ethers.ZeroHash,
    maxFee,
    threshold,
  );
  const { hash } = await done(call);
  return { hash, from, to };
}
const messages = ({ hash, from }, timeoutMs) =>
  request(`${iris}/v2/messages/${from.cctp_domain}?transactionHash=${hash}`, { timeoutMs });
const attested = (b) =>
  until(async () => {
    const { status, json } = await messages(b);
    return status === 200 && json.messages[0]?.status === 'complete' && json.messages[0];
  }, 10_000);
const receive = ({ to }, { message, attestation }) =>
  to.transmitter.receiveMessage(message, attestation);

test('a standard burn is attested and minted whole, on every way', async () => {
  for (const [from, to] of [
    [base, polygon],
    [plasma, polygon],
    [polygon, base],
  ]) {
    const b = await burn(100, { from, to });
    const told = await attested(b);
    assert.equal(told.cctpVersion, 2);
    assert.equal(told.delayReason, null);
    assert.equal(told.decodedMessage.sourceDomain, String(from.cctp_domain));
    assert.equal(told.decodedMessage.nonce, told.eventNonce);
    assert.equal(told.decodedMessage.decodedMessageBody.amount, String(usd(100)));
    assert.equal(told.decodedMessage.decodedMessageBody.feeExecuted, '0');
    const opening = await to.token.balanceOf(service.address);
    const receipt = await done(receive(b, told));
    assert.equal(await to.token.balanceOf(service.address), opening + usd(100));
    const events = receipt.logs
      .map((l) => to.transmitter.interface.parseLog(l) ?? to.messenger.interface.parseLog(l))
      .filter(Boolean);
    assert.deepEqual(
      events.map((e) => e.name),
      ['MintAndWithdraw', 'MessageReceived'],
    );
    assert.equal(events[1].args.nonce, told.eventNonce);
    assert.equal(await to.transmitter.usedNonces(told.eventNonce), 1n);
    await assert.rejects(to.transmitter.receiveMessage.staticCall(told.message, told.attestation), {
      reason: 'Nonce already used',
    });
  }
  assert.deepEqual(
    [plasma, polygon, base].map((c) => c.cctp_domain),
    [33, 7, 6],
  );
});

test('the contracts refuse what the real ones refuse', async () => {
  const b = await burn(1);
  const told = await attested(b);
  const forged = `${told.message.slice(0, -2)}01`;
  const refused = (to, message, attestation, reason) =>
    assert.rejects(to.transmitter.receiveMessage.staticCall(message, attestation), { reason });
  await refused(plasma, told.message, told.attestation, 'Invalid destination domain');
  await refused(polygon, forged, told.attestation, /Invalid signature/);
  await refused(polygon, told.message, '0x00', 'Invalid attestation length');
  const burning = (over) =>
    base.messenger.depositForBurn.staticCall(
      ...Object.values({
        amount: usd(1),
        domain: 7,
        to: b32(service.address),
        token: base.usdc,
        caller: ethers.ZeroHash,
        maxFee: 0n,
        threshold: 2000,
        ...over,
      }),
    );
  const cases = [
    [{ amount: 0n }, 'Amount must be nonzero'],
    [{ maxFee: usd(1) }, 'Max fee must be less than amount'],
    [{ domain: 3 }, 'No TokenMessenger for domain'],
    [{ to: ethers.ZeroHash }, 'Mint recipient must be nonzero'],
  ];
  for (const [over, reason] of cases) await assert.rejects(burning(over), { reason });
  await done(receive(b, told));
});

test('a fast burn pays the fee, and too small a maxFee makes it standard', async () => {
  const { json } = await request(`${iris}/v2/burn/USDC/fees/6/7`);
  assert.deepEqual(json, [
    { finalityThreshold: 1000, minimumFee: 1 },
    { finalityThreshold: 2000, minimumFee: 0 },
  ]);
  assert.equal((await request(`${iris}/v2/burn/USDC/fees/6/99`)).status, 404);
  const fast = await burn(100, { threshold: 1000, maxFee: usd('0.02') });
  const told = await attested(fast);
  assert.equal(told.decodedMessage.finalityThresholdExecuted, '1000');
  assert.equal(told.decodedMessage.decodedMessageBody.feeExecuted, String(usd('0.01')));
  const opening = await polygon.token.balanceOf(service.address);
  await done(receive(fast, told));
  assert.equal(await polygon.token.balanceOf(service.address), opening + usd('99.99'));
  const poor = await attested(await burn(100, { threshold: 1000, maxFee: 1n }));
  assert.equal(poor.delayReason, 'insufficient_fee');
  assert.equal(poor.decodedMessage.finalityThresholdExecuted, '2000');
});

test('until it is attested Iris says 404, or 500, pending, nothing', async () => {
  await switches('mode=never');
  const b = await burn(2);
  await sleep(300); // heard
  const answer = async (unattested) => {
    await irisSwitch(`unattested=${unattested}`);
    const { status, json } = await messages(b);
    return { status, json };
  };
  assert.deepEqual(await answer('404'), {
    status: 404,
    json: { code: 404, error: 'Message not found' },
  });
  assert.equal((await answer('500')).status, 500);
  const pending = (await answer('pending')).json.messages[0];
  assert.deepEqual([pending.status, pending.attestation], ['pending_confirmations', 'PENDING']);
  assert.deepEqual((await answer('empty')).json, { messages: [] });
  await irisSwitch('unattested=404');
  assert.equal((await request(`${iris}/v2/messages/6`)).status, 400);
  await switches('mode=auto');
  await attested(b);
  await switches('delay_ms=700');
  const started = Date.now();
  await attested(await burn(2));
  assert.ok(Date.now() - started >= 700);
  await switches('delay_ms=0');
});

test('somebody else may mint first', async () => {
  await switches('steal=1');
  const opening = await polygon.token.balanceOf(service.address);
  const b = await burn(3);
  const told = await attested(b);
  await assert.rejects(
    polygon.transmitter.receiveMessage.staticCall(told.message, told.attestation),
    {
      reason: 'Nonce already used',
    },
  );
  assert.equal(await polygon.token.balanceOf(service.address), opening + usd(3));
  const filter = polygon.transmitter.filters.MessageReceived(null, null, told.eventNonce);
  const [event] = await polygon.transmitter.queryFilter(filter);
  assert.notEqual(event.args.caller, service.address);
  assert.equal((await switches('steal=0')).stolen, 1);
});

test('an expired fast message is attested again', async () => {
  await switches('expired=1');
  const b = await burn(10, { threshold: 1000, maxFee: usd(1) });
  const told = await attested(b);
  await switches('expired=0');
  await assert.rejects(
    polygon.transmitter.receiveMessage.staticCall(told.message, told.attestation),
    {
      reason: 'Message expired and must be re-signed',
    },
  );
  const again = () => post(`${iris}/v2/reattest/${told.eventNonce}`);
  assert.deepEqual((await again()).json.nonce, told.eventNonce);
  await done(receive(b, await attested(b)));
  assert.equal((await again()).status, 400, 'finalized already');
  assert.equal((await post(`${iris}/v2/reattest/${ethers.ZeroHash}`)).status, 404);
});

test('Iris can fail in every way, so often as wanted', async () => {
  const b = await burn(1);
  await attested(b);
  for (const code of ['429', '500']) {
    await irisSwitch(`fault=${code}&fault_count=1`);
    assert.equal((await messages(b)).status, Number(code));
    assert.equal((await messages(b)).status, 200, 'only once');
  }
  await irisSwitch('fault=silent&fault_count=off');
  await assert.rejects(messages(b, 300), /timeout/);
  await irisSwitch('fault=drop');
  await assert.rejects(messages(b), { code: 'ECONNRESET' });
  await irisSwitch('reset=1');
  assert.equal((await messages(b)).status, 200);
  await switches('mode=never&fast_fee_bps=3');
  assert.equal((await switches('reset=1')).fast_fee_bps, 1);
  for (const bad of ['?mode=x', '?steal=2', '?x=1', '/iris?unattested=x'])
    assert.equal((await post(`${control}/cctp${bad}`)).status, 400, bad);
});
