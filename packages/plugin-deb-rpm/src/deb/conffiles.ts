import type { Member } from '@provisioning-dist/payload';
import { conffileMissing, conffileShipped } from './errors.ts';
import type { DebOptions } from './options.ts';

/** Absolute paths of conffiles: every file in /etc, as policy 10.7.2 wants it, and those named. dpkg takes blanks off the end of a line. */
export function conffilesOf(members: readonly Member[], { conffiles }: Pick<DebOptions, 'conffiles'>): readonly string[] {
  const files = new Set(members.filter(({ type }) => type === 'file').map(({ path }) => `/${path}`));
  for (const path of conffiles) if (!files.has(path)) throw conffileMissing(path);
  return [...files].filter((path) => (path.startsWith('/etc/') && !/\s$/.test(path)) || conffiles.includes(path));
}

/** deb-conffiles(5); empty when there are none. */
export function conffilesFile(members: readonly Member[], options: Pick<DebOptions, 'conffiles' | 'removeOnUpgrade'>): string {
  for (const path of options.removeOnUpgrade) if (members.some((member) => `/${member.path}` === path)) throw conffileShipped(path);
  const lines = [...conffilesOf(members, options), ...options.removeOnUpgrade.map((path) => `remove-on-upgrade ${path}`)];
  return lines.map((line) => `${line}\n`).join('');
}
