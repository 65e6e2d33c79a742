import { spawnSync } from 'node:child_process';

/**
 * npm leaves out optional packages made for a newer Node than its own, so `npm ci` on an old Node skips the xz library. npm scripts run with
 * the Node that was just installed: installing once more with it completes the tree. Runs before check, test and demo.
 */
// not a literal: where it is missing, so are its types
const library = '@napi-rs/lzma';

try {
  await import(library);
} catch {
  const { status, error } = spawnSync('npm', ['install', '--no-save', '--no-fund', '--no-audit', '--loglevel=error'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error) throw error;
  process.exitCode = status ?? 1;
}
