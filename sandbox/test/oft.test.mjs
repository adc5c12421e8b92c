// LayerZero between the ends: every state in which a packet can stay, and who can carry it on.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ethers } from 'ethers';
import { realArtifact } from '../chains/compile.mjs';
import { connect, oftRoute, post, startSandbox, until } from './support.mjs';

const ENDPOINT = new ethers.Interface(realArtifact('EndpointV2').abi);
const LIBRARY = new ethers.Interface(realArtifact('ReceiveUln302').abi);
const ULN =
  'tuple(uint64 confirmations,uint8 required,uint8 optional,uint8 threshold,address[] requiredDVNs,address[] optionalDVNs)';
const done = async (sent) => (await sent).wait();

let sandbox, plasma, polygon, control, route, endpoint, library;

before(async () => {
  const service = ethers.Wallet.createRandom();
  sandbox = await startSandbox(['--service-address', service.address, '--users', '1']);
  ({ plasma, polygon, control_url: control } = sandbox.info);
  for (const chain of [plasma, polygon]) chain.link = connect(chain, service);
  route = oftRoute(sandbox.info, plasma.link.wallet);
  endpoint = new ethers.Contract(polygon.endpoint, ENDPOINT, polygon.link.wallet);
  const [address] = await endpoint.getReceiveLibrary(polygon.oft, plasma.eid);
  library = new ethers.Contract(address, LIBRARY, polygon.link.wallet);
});
after(async () => {
  for (const chain of [plasma, polygon]) chain?.link?.provider.destroy();
  await sandbox?.stop();
});

const relay = (query = '') => post(`${control}/oft?${query}`).then((r) => r.json);
const arrives = (guid) => until(() => route.received(guid, polygon.link), 10_000);
const stopped = () => until(async () => (await relay()).failed === 1, 10_000);

/** Sends `amount` and waits until the relay stopped; answers the packet in its parts. */
async function stoppedAt(mode, amount) {
  await relay(`mode=${mode}`);
  const { guid, receipt } = await route.send(amount);
  await stopped();
  const log = receipt.logs.map((l) => ENDPOINT.parseLog(l)).find((l) => l?.name === 'PacketSent');
  const packet = log.args.encodedPayload;
  const at = (from, to) => ethers.dataSlice(packet, from, to);
  const origin = [plasma.eid, at(13, 45), BigInt(at(1, 9))];
  const header = at(0, 81);
  const payloadHash = ethers.keccak256(at(81));
  return { guid, origin, header, payloadHash, message: at(113) };
}
const hashOf = ({ origin: [eid, sender, nonce] }) =>
  endpoint.inboundPayloadHash(polygon.oft, eid, sender, nonce);
const receive = ({ origin, guid, message }) =>
  endpoint.lzReceive(origin, polygon.oft, guid, message, '0x');

test('the configuration of a way is read as really, and can be another', async () => {
  const source = new ethers.Contract(plasma.endpoint, ENDPOINT, plasma.link.provider);
  const asked = async () => {
    const address = await source.getSendLibrary(plasma.oft, polygon.eid);
    const bytes = await source.getConfig(plasma.oft, address, polygon.eid, 2);
    return ethers.AbiCoder.defaultAbiCoder().decode([ULN], bytes)[0];
  };
  const config = await asked();
  assert.equal(config.confirmations, 2n);
  assert.equal(config.required, 2n);
  assert.equal(config.requiredDVNs.length, 2);
  assert.equal((await relay('confirmations=40')).confirmations, 40);
  assert.equal((await asked()).confirmations, 40n);
  await relay('confirmations=2');
});

test('signed by one of two verifiers it can neither be committed nor executed', async () => {
  const packet = await stoppedAt('half', 5);
  assert.equal((await library.queryFilter(library.filters.PayloadVerified())).length, 1);
  assert.equal(await hashOf(packet), ethers.ZeroHash);
  const commit = library.commitVerification.staticCall(packet.header, packet.payloadHash);
  await assert.rejects(commit, /LZ_ULN_Verifying/);
  await relay('mode=auto&retry=1');
  await arrives(packet.guid);
});

test('signed by both anybody commits it, and anybody executes it', async () => {
  const packet = await stoppedAt('sign', 6);
  assert.equal(await hashOf(packet), ethers.ZeroHash);
  await done(library.commitVerification(packet.header, packet.payloadHash));
  assert.equal(await hashOf(packet), packet.payloadHash);
  await done(receive(packet));
  await arrives(packet.guid);
  const { delivered } = await relay();
  await relay('mode=auto&retry=1');
  await until(async () => (await relay()).delivered === delivered + 1, 10_000); // it sees it is done
});

test('an execution that fails leaves an alert and a verified packet', async () => {
  const packet = await stoppedAt('alert', 7);
  const alerts = await endpoint.queryFilter(endpoint.filters.LzReceiveAlert(polygon.oft));
  assert.equal(alerts.length, 1);
  assert.equal(alerts[0].args.guid, packet.guid);
  assert.equal(await hashOf(packet), packet.payloadHash);
  await done(receive(packet));
  await arrives(packet.guid);
});
