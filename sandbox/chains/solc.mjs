// Compiles one file of contracts/: node solc.mjs FILE, the compiler's output as JSON on stdout. A
// process of its own, because solc blocks for seconds.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import solc from 'solc';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const file = process.argv[2];

const input = {
  language: 'Solidity',
  sources: { [file]: { content: fs.readFileSync(path.join(root, 'contracts', file), 'utf8') } },
  settings: {
    optimizer: { enabled: true, runs: 200 },
    outputSelection: {
      [file]: { '*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object'] },
    },
  },
};

function readImport(name) {
  try {
    return { contents: fs.readFileSync(path.join(root, 'node_modules', name), 'utf8') };
  } catch (e) {
    return { error: e.message };
  }
}

process.stdout.write(`${solc.compile(JSON.stringify(input), { import: readImport })}\n`);
