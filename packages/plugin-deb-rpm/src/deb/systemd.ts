import type { Content, Member } from '@provisioning-dist/payload';
import type { SystemdOptions } from './options.ts';
import type { ScriptName, Snippets } from './script-text.ts';
import { quoted, words } from './shell.ts';

/** What debhelper's dh_installsystemd writes into maintainer scripts; the helpers are in an essential package. */

export interface Unit {
  readonly name: string;
  /** Has an [Install] section: it is started by being enabled, not by another unit. */
  readonly installs: boolean;
}

/** A template (`x@.service`) is started by nobody but those who name an instance. */
const UNIT = /^(?:usr\/)?lib\/systemd\/system\/([^/]+(?<!@)\.(?:service|socket|timer|path|target|mount|automount|swap))$/;

export function unitsOf(members: Iterable<Member>, content: Pick<Content, 'bytes'>): readonly Unit[] {
  return [...members].flatMap((member) => {
    const name = member.type === 'file' ? UNIT.exec(member.path)?.[1] : undefined;
    if (member.type !== 'file' || name === undefined) return [];
    return [{ name, installs: /^\[Install\]\s*$/m.test(Buffer.from(content.bytes(member.source)).toString('utf8')) }];
  });
}

export function systemdSnippets(units: readonly Unit[], options: SystemdOptions): Readonly<Partial<Record<ScriptName, Snippets>>> {
  if (units.length === 0) return {};
  const installed = units.filter(({ installs }) => installs).map(({ name }) => name);
  const all = units.map(({ name }) => name);
  return {
    postinst: { before: '', after: configured([...installed.map(options.enable ? enable : keep), activate(installed, options)].join('')) },
    prerm: { before: guarded('[ "$1" = remove ]', `deb-systemd-invoke stop ${words(all)} >/dev/null || true`), after: '' },
    postrm: { before: '', after: guarded('[ "$1" = remove ]', RELOAD) + purge(installed) },
  };
}

const RUNNING = `[ -d /run/systemd/system ] && [ -z "\${DPKG_ROOT:-}" ]`;
const RELOAD = 'systemctl --system daemon-reload >/dev/null || true';

function configured(body: string): string {
  return `case "$1" in\nconfigure|abort-upgrade|abort-deconfigure|abort-remove)\n${body};;\nesac\n`;
}

function guarded(condition: string, command: string): string {
  return `if ${condition} && ${RUNNING}; then\n\t${command}\nfi\n`;
}

/** Enabled at the first installation; afterwards as the administrator left it. */
function enable(unit: string): string {
  const name = quoted(unit);
  return [
    `\tdeb-systemd-helper unmask ${name} >/dev/null || true`,
    `\tif deb-systemd-helper --quiet was-enabled ${name}; then`,
    `\t\tdeb-systemd-helper enable ${name} >/dev/null || true`,
    '\telse',
    `\t\tdeb-systemd-helper update-state ${name} >/dev/null || true`,
    '\tfi\n',
  ].join('\n');
}

/** Never enabled here; what an administrator enabled before comes back. */
function keep(unit: string): string {
  const name = quoted(unit);
  return [
    `\tif deb-systemd-helper debian-installed ${name}; then`,
    `\t\tdeb-systemd-helper unmask ${name} >/dev/null || true`,
    `\t\tif deb-systemd-helper --quiet was-enabled ${name}; then`,
    `\t\t\tdeb-systemd-helper enable ${name} >/dev/null || true`,
    '\t\tfi',
    '\tfi',
    `\tdeb-systemd-helper update-state ${name} >/dev/null || true\n`,
  ].join('\n');
}

/** `$2` is the version that was configured before: empty at the first installation. */
function activate(units: readonly string[], { start, restart }: SystemdOptions): string {
  const invoke = (action: string): string => (units.length === 0 ? ':' : `deb-systemd-invoke ${action} ${words(units)} >/dev/null || true`);
  return [
    `\tif ${RUNNING}; then`,
    `\t\t${RELOAD}`,
    '\t\tif [ -n "$2" ]; then',
    `\t\t\t${restart ? invoke('restart') : ':'}`,
    '\t\telse',
    `\t\t\t${start ? invoke('start') : ':'}`,
    '\t\tfi',
    '\tfi\n',
  ].join('\n');
}

function purge(units: readonly string[]): string {
  if (units.length === 0) return '';
  const lines = units.map((unit) => `\tdeb-systemd-helper purge ${quoted(unit)} >/dev/null || true\n`).join('');
  return `if [ "$1" = purge ] && [ -x "$(command -v deb-systemd-helper)" ]; then\n${lines}fi\n`;
}
