// LayerZero: the real endpoints and ULN libraries, two verifiers and an executor each, and the OFT
// messengers.
import { ethers } from 'ethers';
import { compiled, realArtifact } from './compile.mjs';

// 0.01 native coin altogether
const EXECUTOR_FEE = ethers.parseEther('0.006');
const VERIFIER_FEE = ethers.parseEther('0.002');
// type 3: 80000 gas, as live USDT0 enforces
const ENFORCED_OPTIONS = '0x00030100110100000000000000000000000000013880';
export const RECEIVE_GAS = 80_000 + 120_000; // an executor adds what the endpoint itself takes
const OFT_SEND = 1;
const MAX_MESSAGE = 10_000;
const CONFIRMATIONS = 2; // what the configuration says; nobody here waits for them
const TREASURY = [100_000, 0]; // gas and cap of a treasury that is not set

/** Starts compiling; hand it to deployLayerZero. */
export const layerZeroArtifacts = () => compiled('TestOFT.sol');

/**
 * Endpoint, message libraries, workers and messenger on `chain`; the messenger may mint and burn
 * `chain.token.usdt0`. The workers obey `chain.relayer`.
 */
export async function deployLayerZero(chain, { TestOFT, TestVerifier, TestExecutor }) {
  const { deployer: me, relayer, token } = chain;
  const endpoint = await me.deploy(realArtifact('EndpointV2'), [chain.eid, me.address]);
  const [sendLibrary, receiveLibrary, oft, ...workers] = await Promise.all([
    me.deploy(realArtifact('SendUln302'), [endpoint.address, ...TREASURY]),
    me.deploy(realArtifact('ReceiveUln302'), [endpoint.address]),
    me.deploy(TestOFT, [token.usdt0.address, endpoint.address, me.address]),
    relayer.deploy(TestExecutor, [EXECUTOR_FEE, endpoint.address]),
    relayer.deploy(TestVerifier, [VERIFIER_FEE]),
    relayer.deploy(TestVerifier, [VERIFIER_FEE]),
  ]);
  await me.call(token.usdt0, 'setMinter', [oft.address, true]);
  const [executor, ...verifiers] = workers;
  verifiers.sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1)); // the library wants it so
  Object.assign(chain, { endpoint, sendLibrary, receiveLibrary, executor, verifiers, oft });
}

/** Opens the way from `chain` to `other` and back in. */
export async function connectLayerZero(chain, other) {
  const { deployer: me, endpoint, sendLibrary, receiveLibrary, executor, oft } = chain;
  const { eid } = other;
  const config = { maxMessageSize: MAX_MESSAGE, executor: executor.address };
  await Promise.all([
    me.call(endpoint, 'registerLibrary', [sendLibrary.address]),
    me.call(endpoint, 'registerLibrary', [receiveLibrary.address]),
    me.call(sendLibrary, 'setDefaultExecutorConfigs', [[{ eid, config }]]),
    setConfirmations(chain, other, CONFIRMATIONS),
  ]);
  await Promise.all([
    me.call(endpoint, 'setDefaultSendLibrary', [eid, sendLibrary.address]),
    me.call(endpoint, 'setDefaultReceiveLibrary', [eid, receiveLibrary.address, 0]),
    me.call(oft, 'setPeer', [eid, ethers.zeroPadValue(other.oft.address, 32)]),
    me.call(oft, 'setEnforcedOptions', [[{ eid, msgType: OFT_SEND, options: ENFORCED_OPTIONS }]]),
  ]);
}

/** Both verifiers of `chain` are required, after so many blocks, on its ways from and to `other`. */
export async function setConfirmations(chain, other, confirmations) {
  const { deployer: me, sendLibrary, receiveLibrary, verifiers } = chain;
  const config = {
    confirmations,
    requiredDVNCount: verifiers.length,
    optionalDVNCount: 0,
    optionalDVNThreshold: 0,
    requiredDVNs: verifiers.map((v) => v.address),
    optionalDVNs: [],
  };
  chain.confirmations = confirmations;
  await Promise.all(
    [sendLibrary, receiveLibrary].map((library) =>
      me.call(library, 'setDefaultUlnConfigs', [[{ eid: other.eid, config }]]),
    ),
  );
}
