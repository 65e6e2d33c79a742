import { homedir } from 'node:os';
import { join } from 'node:path';

/** The user's cache folder for compressed contents: PROVISIONING_DIST_CACHE, else where the operating system keeps caches. */
export function cacheFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string {
  const own = env.PROVISIONING_DIST_CACHE;
  if (own) return own;
  const base = platform === 'win32' ? env.LOCALAPPDATA : platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : env.XDG_CACHE_HOME;
  return join(base || join(homedir(), '.cache'), 'provisioning-dist');
}
