import type { Member } from '@provisioning-dist/payload';
import { quoted, words } from '../common/shell.ts';
import { capabilityWithoutFile } from './errors.ts';

/** What must be done once files are there, and before anything of them runs. */

/** Packages one of which holds systemd-sysusers, also where systemd is not. */
export const SYSUSERS_DEPENDS = 'systemd | systemd-standalone-sysusers | systemd-sysusers';

const SYSUSERS = /^usr\/lib\/sysusers\.d\/([^/]+\.conf)$/;
const TMPFILES = /^usr\/lib\/tmpfiles\.d\/([^/]+\.conf)$/;

export function sysusersOf(members: readonly Member[]): readonly string[] {
  return namesOf(members, SYSUSERS);
}

export function settingUp(members: readonly Member[], capabilities: Readonly<Record<string, string>>): string {
  const users = sysusersOf(members);
  const body = [
    users.length === 0 ? '' : `\tsystemd-sysusers \${DPKG_ROOT:+--root="$DPKG_ROOT"} ${words(users)}\n`,
    users.length === 0 ? '' : members.map(ownership).join(''),
    temporaryFiles(namesOf(members, TMPFILES)),
    ...Object.entries(capabilities).map(([path, value]) => capability(members, path, value)),
  ].join('');
  return body === '' ? '' : `if [ "$1" = configure ]; then\n${body}fi\n`;
}

function namesOf(members: readonly Member[], pattern: RegExp): readonly string[] {
  return members.flatMap(({ type, path }) => (type === 'file' ? (pattern.exec(path)?.[1] ?? []) : []));
}

/** dpkg unpacks before the account is there. A chown takes setuid away, so the mode is set again. */
function ownership(member: Member): string {
  const { owner = 'root', group = 'root', path, mode, type } = member;
  if (type === 'symlink' || (owner === 'root' && group === 'root')) return '';
  const name = quoted(`/${path}`);
  return [
    `\tif [ -z "\${DPKG_ROOT:-}" ] && ! dpkg-statoverride --list ${name} >/dev/null 2>&1; then`,
    `\t\tchown ${quoted(`${owner}:${group}`)} ${name}`,
    `\t\tchmod ${mode.toString(8).padStart(4, '0')} ${name}`,
    '\tfi\n',
  ].join('\n');
}

function temporaryFiles(names: readonly string[]): string {
  if (names.length === 0) return '';
  return `\tif [ -x "$(command -v systemd-tmpfiles)" ]; then\n\t\tsystemd-tmpfiles \${DPKG_ROOT:+--root="$DPKG_ROOT"} --create ${words(names)} || true\n\tfi\n`;
}

/** tar as dpkg reads it has no place for them. */
function capability(members: readonly Member[], path: string, value: string): string {
  if (!members.some(({ type, path: each }) => type === 'file' && `/${each}` === path)) throw capabilityWithoutFile(path);
  return `\tif command -v setcap >/dev/null 2>&1; then\n\t\tsetcap ${quoted(value)} "\${DPKG_ROOT:-}"${quoted(path)} || echo ${quoted(`Cannot set capabilities of ${path}`)} >&2\n\tfi\n`;
}
