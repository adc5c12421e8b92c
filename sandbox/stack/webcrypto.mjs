// Node 18 has no global webcrypto, and the official x402 clients expect one. Import this first.
import { webcrypto } from 'node:crypto';

globalThis.crypto ??= webcrypto;
