import { spawnSync } from 'node:child_process';

/**
 * npm leaves out optional packages made for a newer Node than its own, so `npm ci` on an old Node skips the xz library. npm scripts run with
 * the Node that was just installed: installing once more with it completes the tree. Runs before `npm test` and `npm run demo`.
 */
try {
  await import('@napi-rs/lzma');
} catch {
  const { status, error } = spawnSync('npm', ['install', '--no-save', '--no-fund', '--no-audit', '--loglevel=error'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error) throw error;
  process.exitCode = status ?? 1;
}
