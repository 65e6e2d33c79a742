import type { Content, Member } from '@provisioning-dist/payload';
import { quoted, words } from '../common/shell.ts';

/** Users and groups of sysusers.d(5) before files of theirs are unpacked, temporary files and the linker's cache after. */

const SYSUSERS = /^usr\/lib\/sysusers\.d\/[^/]+\.conf$/;
const TMPFILES = /^usr\/lib\/tmpfiles\.d\/([^/]+\.conf)$/;
const LIBRARY = /^(?:usr\/)?lib(?:32|64)?\/lib[^/]+\.so(?:\.[0-9]+)*$/;

/** rpm from 4.19 on makes them itself; saying it twice changes nothing. */
export function accountsSnippet(members: readonly Member[], content: Pick<Content, 'bytes'>): string {
  return members
    .map((member) => (member.type === 'file' && SYSUSERS.test(member.path) ? accountsOf(member.path, textOf(member, content)) : ''))
    .join('');
}

function textOf(member: Member & { readonly type: 'file' }, content: Pick<Content, 'bytes'>): string {
  return Buffer.from(content.bytes(member.source)).toString('utf8');
}

function accountsOf(path: string, conf: string): string {
  const lines = conf.split(/\r?\n/).filter((line) => /^[ugmr]\b/.test(line.trim()));
  if (lines.length === 0) return '';
  return [
    'if command -v systemd-sysusers >/dev/null 2>&1; then',
    `\tprintf '%s\\n' ${words(lines)} | systemd-sysusers --replace=${quoted(`/${path}`)} - >/dev/null 2>&1 || :`,
    'fi',
    ...lines.flatMap(fallback),
    '',
  ].join('\n');
}

/** `u name uid "description" home shell`; for systems whose systemd-sysusers takes no text, or that have none. */
function fallback(line: string): readonly string[] {
  const [kind, name = '', , , home = '-', shell = '-'] = (line.match(/"[^"]*"|\S+/g) ?? []).map((field) => field.replaceAll('"', ''));
  if (!/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name)) return [];
  const user = quoted(name);
  const group = `getent group ${user} >/dev/null 2>&1 || groupadd -r ${user} >/dev/null 2>&1 || :`;
  if (kind === 'g') return [group];
  if (kind !== 'u') return [];
  const [folder, program] = [home === '-' ? '/' : home, shell === '-' ? '/sbin/nologin' : shell].map(quoted);
  return [group, `getent passwd ${user} >/dev/null 2>&1 || useradd -r -g ${user} -d ${folder} -s ${program} ${user} >/dev/null 2>&1 || :`];
}

export function temporaryFiles(members: readonly Member[]): string {
  const names = members.flatMap(({ type, path }) => (type === 'file' ? (TMPFILES.exec(path)?.[1] ?? []) : []));
  if (names.length === 0) return '';
  return `if command -v systemd-tmpfiles >/dev/null 2>&1; then systemd-tmpfiles --create ${words(names)} >/dev/null 2>&1 || :; fi\n`;
}

/** File triggers do it from glibc 2.26 of Fedora 28 and EL8 on. */
export function linkerCache(members: readonly Member[]): string {
  return members.some(({ path }) => LIBRARY.test(path)) ? '/sbin/ldconfig >/dev/null 2>&1 || :\n' : '';
}
