#!/usr/bin/env node
// libuv reads it at the first asynchronous file, zlib or dns call, so nothing may come before. Plain JavaScript: an old Node must get as far as the message.
import { readFileSync } from 'node:fs';
import module from 'node:module';
import os from 'node:os';

const cores = os.availableParallelism ? os.availableParallelism() : os.cpus().length;
if (!process.env.UV_THREADPOOL_SIZE) process.env.UV_THREADPOOL_SIZE = String(Math.min(32, Math.max(4, cores)));

const [major, minor] = process.versions.node.split('.').map(Number);
const first = process.argv[2];

if (major < 24 && !(major === 22 && minor >= 18)) {
  process.stderr.write(
    `error[node-version]: Cannot run provisioning-dist with Node.js ${process.versions.node}: it needs 22.18 or later of 22, or 24 and later\n` +
      '  hint: install a current Node.js, or run it with one: npx -p node@24 -p @provisioning-dist/core provisioning-dist\n',
  );
  process.exitCode = 2;
} else if (process.argv.length === 3 && (first === '--version' || first === '-v')) {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  process.stdout.write(`provisioning-dist/${version} ${process.platform}-${process.arch} node-${process.version}\n`);
} else {
  module.enableCompileCache();
  const { main } = await import('../dist/cli.js');
  await main(process.argv.slice(2));
}
