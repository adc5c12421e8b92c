// The chains: the tokens at their real addresses, the bridge, the pool, and the faults of a chain.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ethers } from 'ethers';
import { compiled, realArtifact } from '../chains/compile.mjs';
import { connect, oftRoute, post, request, startSandbox, until } from './support.mjs';

const usd = (amount) => ethers.parseUnits(String(amount), 6);
const TOKEN_ABI = [
  'function balanceOf(address) view returns (uint256)',
  'function approve(address,uint256)',
  'function mint(address,uint256)',
  'function name() view returns (string)',
  'function version() view returns (string)',
  'function decimals() view returns (uint8)',
  'function DOMAIN_SEPARATOR() view returns (bytes32)',
  'function authorizationState(address,bytes32) view returns (bool)',
  'function transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)',
  'function transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)',
  'function receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)',
  'function cancelAuthorization(address,bytes32,uint8,bytes32,bytes32)',
  'event AuthorizationUsed(address indexed,bytes32 indexed)',
  'event AuthorizationCanceled(address indexed,bytes32 indexed)',
  'event Transfer(address indexed,address indexed,uint256)',
];
const VRS =
  'transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)';
const BYTES = 'transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)';

const GAS_ONLY = '0x00000000000000000000000000000000000a11ce';
let sandbox, plasma, polygon, base, service, usdt0, payer, control;

before(async () => {
  service = ethers.Wallet.createRandom();
  sandbox = await startSandbox(['--service-address', service.address, '--gas-address', GAS_ONLY]);
  ({ plasma, polygon, base } = sandbox.info);
  control = sandbox.info.control_url;
  plasma.link = connect(plasma, service);
  polygon.link = connect(polygon, service);
  base.link = connect(base, service);
  usdt0 = new ethers.Contract(plasma.usdt0, TOKEN_ABI, plasma.link.wallet);
  payer = new ethers.Wallet(sandbox.info.users[0].private_key);
});
after(async () => {
  plasma?.link.provider.destroy();
  polygon?.link.provider.destroy();
  base?.link.provider.destroy();
  await sandbox?.stop();
});

const done = async (sent) => (await sent).wait();

test('everybody owns what the description promises', async () => {
  for (const { address } of sandbox.info.users) {
    assert.equal(await usdt0.balanceOf(address), usd(10_000));
    for (const { link, usdc } of [polygon, base]) {
      const token = new ethers.Contract(usdc, TOKEN_ABI, link.provider);
      assert.equal(await token.balanceOf(address), usd(10_000));
    }
    for (const { link } of [plasma, polygon, base])
      assert.equal(await link.provider.getBalance(address), 0n);
  }
  for (const { link } of [plasma, polygon, base])
    for (const address of [service.address, GAS_ONLY])
      assert.equal(await link.provider.getBalance(address), ethers.parseEther('1000'));
  const usdc = new ethers.Contract(polygon.usdc, TOKEN_ABI, polygon.link.provider);
  assert.equal(await usdc.balanceOf(service.address), usd(100_000));
});

test('the deposit token has the real address, domain and shape', async () => {
  assert.equal(plasma.usdt0, '0xB8CE59FC3717ada4C02eaDF9682A9e934F625ebb');
  assert.equal(
    await usdt0.DOMAIN_SEPARATOR(),
    '0x9b623ce5cf92b52a645d79ae1a57a50aa3d0506ebc752db1847ef4f21c7f8461',
  );
  assert.equal(await usdt0.name(), 'USDT0');
  assert.equal(await usdt0.decimals(), 6n);
  await assert.rejects(usdt0.version(), 'no version() getter');
  await assert.rejects(usdt0.mint.staticCall(service.address, 1n), /not minter/);
  const oft = new ethers.Contract(
    plasma.oft,
    ['function approvalRequired() view returns (bool)'],
    plasma.link.provider,
  );
  assert.equal(await oft.approvalRequired(), false);
});

test('the sources are three, each with the token its users have', () => {
  assert.deepEqual(
    sandbox.info.sources.map(({ network, token }) => [network, token]),
    [
      ['eip155:9745', '0xB8CE59FC3717ada4C02eaDF9682A9e934F625ebb'],
      ['eip155:137', '0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359'],
      ['eip155:8453', '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913'],
    ],
  );
  assert.deepEqual(
    sandbox.info.sources.map((s) => [s.chain_id, s.rpc]),
    [plasma, polygon, base].map((c) => [c.chain_id, c.rpc]),
  );
});

test('USDC has the real domain on Polygon and Base, and both overloads settle', async () => {
  for (const { usdc, chain_id: chainId, link } of [polygon, base]) {
    const token = new ethers.Contract(usdc, TOKEN_ABI, link.wallet);
    const real = { name: 'USD Coin', version: '2', chainId, verifyingContract: usdc };
    assert.equal(await token.version(), '2');
    assert.equal(await token.DOMAIN_SEPARATOR(), ethers.TypedDataEncoder.hashDomain(real));
    for (const overload of [VRS, BYTES]) {
      const message = authorization();
      const signature = await payer.signTypedData(
        real,
        { TransferWithAuthorization: TYPES.TransferWithAuthorization },
        message,
      );
      const { v, r, s } = ethers.Signature.from(signature);
      const tail = overload === VRS ? [v, r, s] : [signature];
      const opening = await token.balanceOf(service.address);
      await done(token[overload](...Object.values(message), ...tail));
      assert.equal(await token.balanceOf(service.address), opening + usd('2.5'));
    }
    const { status } = await post(
      `${control}/mint?chain=${link === base.link ? 'base' : 'polygon'}&token=usdc&to=${usdc}&amount=1`,
    );
    assert.equal(status, 200);
  }
});

const TYPES = Object.fromEntries(
  ['TransferWithAuthorization', 'ReceiveWithAuthorization'].map((name) => [
    name,
    [
      ['address', 'from'],
      ['address', 'to'],
      ['uint256', 'value'],
      ['uint256', 'validAfter'],
      ['uint256', 'validBefore'],
      ['bytes32', 'nonce'],
    ].map(([type, field]) => ({ type, name: field })),
  ]),
);
const domain = () => ({
  name: 'USDT0',
  version: '1',
  chainId: plasma.chain_id,
  verifyingContract: plasma.usdt0,
});
const authorization = (over = {}) => ({
  from: payer.address,
  to: service.address,
  value: usd('2.5'),
  validAfter: 0,
  validBefore: Math.floor(Date.now() / 1000) + 3600,
  nonce: ethers.hexlify(ethers.randomBytes(32)),
  ...over,
});
const sign = (message, { wallet = payer, type = 'TransferWithAuthorization', chainId } = {}) =>
  wallet.signTypedData(
    { ...domain(), ...(chainId ? { chainId } : {}) },
    { [type]: TYPES[type] },
    message,
  );

test('an authorization signed without gas settles, in both overloads, once', async () => {
  for (const overload of [VRS, BYTES]) {
    const message = authorization();
    const signature = await sign(message);
    const { v, r, s } = ethers.Signature.from(signature);
    const args = [...Object.values(message), ...(overload === VRS ? [v, r, s] : [signature])];
    const opening = await usdt0.balanceOf(service.address);
    const receipt = await done(usdt0[overload](...args));
    assert.deepEqual(
      receipt.logs.map((l) => usdt0.interface.parseLog(l).name),
      ['AuthorizationUsed', 'Transfer'],
    );
    assert.equal(await usdt0.balanceOf(service.address), opening + usd('2.5'));
    assert.equal(await usdt0.authorizationState(payer.address, message.nonce), true);
    await assert.rejects(usdt0[overload].staticCall(...args), /used or canceled/);
  }
});

test('a wrong authorization is refused', async () => {
  const now = Math.floor(Date.now() / 1000);
  const attempt = async (message, signature) =>
    usdt0[BYTES].staticCall(...Object.values(message), signature ?? (await sign(message)));
  const message = authorization();
  const good = ethers.Signature.from(await sign(message));
  const highS = ethers.toBeHex(
    0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n - BigInt(good.s),
    32,
  );
  await assert.rejects(
    attempt(message, ethers.concat([good.r, highS, good.v === 27 ? '0x1c' : '0x1b'])),
    /invalid signature/,
  );
  await assert.rejects(
    attempt(message, ethers.concat([good.r, good.s, good.v === 27 ? '0x00' : '0x01'])),
    /invalid signature/,
  );
  await assert.rejects(attempt({ ...message, value: 1n }, good.serialized), /invalid signature/);
  await assert.rejects(attempt(message, await sign(message, { chainId: 1 })), /invalid signature/);
  await assert.rejects(
    attempt(message, await sign(message, { wallet: ethers.Wallet.createRandom() })),
    /invalid signature/,
  );
  await assert.rejects(attempt(authorization({ validBefore: now - 10 })), /expired/);
  await assert.rejects(attempt(authorization({ validAfter: now + 1000 })), /not yet valid/);
  await assert.rejects(attempt(authorization({ value: usd(1_000_000) })));
  const receive = authorization({ to: payer.address });
  await assert.rejects(
    usdt0.receiveWithAuthorization.staticCall(
      ...Object.values(receive),
      await sign(receive, { type: 'ReceiveWithAuthorization' }),
    ),
    /payee/,
  );
});

test('receiveWithAuthorization pays its caller; cancelAuthorization spends the nonce', async () => {
  const receive = authorization();
  await done(
    usdt0.receiveWithAuthorization(
      ...Object.values(receive),
      await sign(receive, { type: 'ReceiveWithAuthorization' }),
    ),
  );
  const { from, nonce } = authorization();
  const types = {
    CancelAuthorization: [
      { type: 'address', name: 'authorizer' },
      { type: 'bytes32', name: 'nonce' },
    ],
  };
  const { v, r, s } = ethers.Signature.from(
    await payer.signTypedData(domain(), types, { authorizer: from, nonce }),
  );
  await done(usdt0.cancelAuthorization(from, nonce, v, r, s));
  assert.equal(await usdt0.authorizationState(from, nonce), true);
});

test('a payer with code is asked by EIP-1271', async () => {
  const { TestWallet1271 } = await compiled('TestTokens.sol');
  const deployed = await new ethers.ContractFactory(
    TestWallet1271.abi,
    TestWallet1271.bytecode,
    plasma.link.wallet,
  ).deploy(payer.address);
  await deployed.waitForDeployment();
  await post(`${control}/mint?chain=plasma&token=usdt0&to=${deployed.target}&amount=10`);
  const message = authorization({ from: deployed.target });
  await done(usdt0[BYTES](...Object.values(message), await sign(message)));
  assert.equal(await usdt0.balanceOf(deployed.target), usd('7.5'));
  const stranger = authorization({ from: deployed.target });
  await assert.rejects(
    usdt0[BYTES].staticCall(
      ...Object.values(stranger),
      await sign(stranger, { wallet: ethers.Wallet.createRandom() }),
    ),
    /invalid signature/,
  );
});

const sendOft = async (amount) =>
  (await oftRoute(sandbox.info, plasma.link.wallet).send(amount)).guid;
const received = (guid) => oftRoute(sandbox.info, plasma.link.wallet).received(guid, polygon.link);

test('an OFT send arrives on Polygon and the pool swaps it to USDC', async () => {
  const guid = await sendOft(1000);
  const event = await until(() => received(guid));
  assert.equal(event.args[3], usd(1000));

  const { wallet } = polygon.link;
  const [from, to] = [polygon.usdt0, polygon.usdc].map(
    (address) => new ethers.Contract(address, TOKEN_ABI, wallet),
  );
  const quoter = new ethers.Contract(polygon.quoter, realArtifact('QuoterV2').abi, wallet);
  const { amountOut } = await quoter.quoteExactInputSingle.staticCall([
    from.target,
    to.target,
    usd(1000),
    polygon.pool_fee,
    0,
  ]);
  const router = new ethers.Contract(polygon.swap_router, realArtifact('SwapRouter').abi, wallet);
  const swap = (deadline, floor) => [
    [from.target, to.target, polygon.pool_fee, wallet.address, deadline, usd(1000), floor, 0],
    { gasLimit: 500_000 },
  ];
  await done(from.approve(router.target, usd(1000)));
  const { timestamp } = await polygon.link.provider.getBlock('latest');
  assert.equal(router.interface.getFunction('exactInputSingle').selector, '0x414bf389');
  await assert.rejects(
    router.exactInputSingle.staticCall(...swap(timestamp - 10, 0)),
    /Transaction too old/,
  );
  await assert.rejects(
    router.exactInputSingle.staticCall(...swap(timestamp + 600, usd(1000))),
    /Too little received/,
  );
  const opening = await to.balanceOf(wallet.address);
  await done(router.exactInputSingle(...swap(timestamp + 600, amountOut)));
  const got = (await to.balanceOf(wallet.address)) - opening;
  assert.equal(got, amountOut);
  assert.ok(got > usd('999.7') && got < usd(1000), `1 bp fee and little impact: ${got}`);
});

/** Two more blocks: the relay has looked at the chain in between. */
async function twoBlocksLater() {
  const number = () => polygon.link.provider.send('eth_blockNumber', []);
  const start = Number(await number());
  await until(async () => Number(await number()) >= start + 2);
}

test('the relay can verify without executing, and try again', async () => {
  await post(`${control}/oft?mode=verify`);
  const guid = await sendOft(5);
  await until(async () => (await post(`${control}/oft`)).json.failed === 1);
  await twoBlocksLater();
  assert.equal(await received(guid), undefined);
  await post(`${control}/oft?mode=auto&retry=1`);
  await until(() => received(guid));
  assert.equal((await post(`${control}/oft`)).json.failed, 0);
});

// Last of the relay's: what is dropped is never verified, and no later packet is executed before it is.
test('the relay can hold, delay and drop packets', async () => {
  await post(`${control}/oft?mode=hold`);
  const held = await sendOft(5);
  await until(async () => (await post(`${control}/oft`)).json.queued === 1);
  await twoBlocksLater();
  assert.equal(await received(held), undefined);
  await post(`${control}/oft?mode=auto&delay_ms=600`);
  await until(() => received(held));
  const started = Date.now();
  const late = await sendOft(5);
  await until(() => received(late));
  assert.ok(Date.now() - started >= 600);
  await post(`${control}/oft?mode=drop&delay_ms=0`);
  const { seen } = (await post(`${control}/oft`)).json;
  const lost = await sendOft(5);
  await until(async () => (await post(`${control}/oft`)).json.seen > seen);
  await post(`${control}/oft?mode=auto`);
  await twoBlocksLater();
  assert.equal(await received(lost), undefined);
});

test('finalized follows the head without traffic', async () => {
  const number = async (tag) =>
    Number((await polygon.link.provider.send('eth_getBlockByNumber', [tag, false])).number);
  const head = await number('latest');
  await until(async () => (await number('finalized')) >= head);
});

test('a chain can be refused, hang, answer 500, and come back', async () => {
  const ask = (timeoutMs = 300) =>
    request(plasma.rpc, {
      method: 'POST',
      body: '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}',
      timeoutMs,
    });
  const chainId = async () => assert.equal(Number((await ask(5000)).json.result), plasma.chain_id);
  await chainId();
  await post(`${control}/chain/plasma?mode=hang`);
  await assert.rejects(ask(), /timeout/);
  await post(`${control}/chain/plasma?mode=http500`);
  assert.equal((await ask(5000)).status, 500);
  await post(`${control}/chain/plasma?down=1`);
  await assert.rejects(ask(5000), { code: 'ECONNRESET' });
  await post(`${control}/chain/plasma?down=0`);
  await chainId();
});

test('a wrong control call is refused', async () => {
  const bad = [
    '/oft?mode=x',
    '/oft?delay_ms=x',
    '/oft?retry=x',
    '/mint?chain=plasma&token=usdc&to=0x&amount=1',
    '/mint?chain=x',
    '/chain/x?down=1',
    '/chain/plasma?mode=x',
    `/mint?chain=plasma&token=usdt0&to=${service.address}&amount=-1`,
  ];
  for (const call of bad) assert.equal((await post(control + call)).status, 400, call);
  assert.equal((await post(`${control}/x`)).status, 404);
  assert.equal((await request(`${control}/mint`)).status, 405);
  assert.equal((await request(control)).json.plasma.rpc, plasma.rpc);
});
