// The tools of the browser tests, of the pages' own packages; and where Debian's browser is.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(fileURLToPath(new URL('../../web/package.json', import.meta.url)));
export const { chromium, devices } = require('playwright-core');
export const axeSource = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const found = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find((path) => fs.existsSync(path));
if (!found) throw new Error('no Chromium: install chromium-headless-shell');
export const launch = () => chromium.launch({ executablePath: found, args: ['--no-sandbox'] });
