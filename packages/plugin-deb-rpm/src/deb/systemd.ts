import { quoted, words } from '../common/shell.ts';
import type { Unit } from '../common/units.ts';
import type { SystemdOptions } from './options.ts';
import type { ScriptName, Snippets } from './script-text.ts';

/** What debhelper's dh_installsystemd and dh_installsystemduser write into maintainer scripts; the helpers are in an essential package. */

export function systemdSnippets(units: readonly Unit[], options: SystemdOptions): Readonly<Partial<Record<ScriptName, Snippets>>> {
  if (units.length === 0) return {};
  const installed = units.filter(({ installs }) => installs);
  const system = units.filter(({ user }) => !user);
  const own = installed.filter(({ user }) => !user);
  const started = { first: namesOf(own.filter((unit) => unit.enable !== false)), again: namesOf(own) };
  const enabling = installed.map((unit) => ((unit.enable ?? options.enable) ? enable(unit) : keep(unit)));
  return {
    postinst: { before: '', after: configured([...enabling, system.length === 0 ? '' : activate(started, options)].join('')) },
    prerm: { before: system.length === 0 ? '' : guarded(`deb-systemd-invoke stop ${words(namesOf(system))} >/dev/null || true`), after: '' },
    postrm: { before: '', after: (system.length === 0 ? '' : guarded(RELOAD)) + purge(installed) },
  };
}

function namesOf(units: readonly Unit[]): readonly string[] {
  return units.map(({ name }) => name);
}

/** The helper's words for one unit. */
function helper({ name, user }: Unit): (verb: string) => string {
  return (verb) => `deb-systemd-helper${user ? ' --user' : ''} ${verb} ${quoted(name)}`;
}

const RUNNING = `[ -d /run/systemd/system ] && [ -z "\${DPKG_ROOT:-}" ]`;
const RELOAD = 'systemctl --system daemon-reload >/dev/null || true';

function configured(body: string): string {
  if (body === '') return '';
  return `case "$1" in\nconfigure|abort-upgrade|abort-deconfigure|abort-remove)\n${body};;\nesac\n`;
}

function guarded(command: string): string {
  return `if [ "$1" = remove ] && ${RUNNING}; then\n\t${command}\nfi\n`;
}

/** Enabled at the first installation; afterwards as the administrator left it. */
function enable(unit: Unit): string {
  const call = helper(unit);
  return [
    `\t${call('unmask')} >/dev/null || true`,
    `\tif ${call('--quiet was-enabled')}; then`,
    `\t\t${call('enable')} >/dev/null || true`,
    '\telse',
    `\t\t${call('update-state')} >/dev/null || true`,
    '\tfi\n',
  ].join('\n');
}

/** Never enabled here; what an administrator enabled before comes back. */
function keep(unit: Unit): string {
  const call = helper(unit);
  return [
    `\tif ${call('debian-installed')}; then`,
    `\t\t${call('unmask')} >/dev/null || true`,
    `\t\tif ${call('--quiet was-enabled')}; then`,
    `\t\t\t${call('enable')} >/dev/null || true`,
    '\t\tfi',
    '\tfi',
    `\t${call('update-state')} >/dev/null || true\n`,
  ].join('\n');
}

interface Started {
  /** After the first installation. */
  readonly first: readonly string[];
  /** After an upgrade, where it runs. */
  readonly again: readonly string[];
}

/** `$2` is the version that was configured before: empty at the first installation. */
function activate({ first, again }: Started, { start, restart }: SystemdOptions): string {
  const invoke = (action: string, units: readonly string[]): string =>
    units.length === 0 ? ':' : `deb-systemd-invoke ${action} ${words(units)} >/dev/null || true`;
  return [
    `\tif ${RUNNING}; then`,
    `\t\t${RELOAD}`,
    '\t\tif [ -n "$2" ]; then',
    `\t\t\t${restart ? invoke('restart', again) : ':'}`,
    '\t\telse',
    `\t\t\t${start ? invoke('start', first) : ':'}`,
    '\t\tfi',
    '\tfi\n',
  ].join('\n');
}

/** A unit that is still there is another package's by now: of the variant that took the place of this one. */
function purge(units: readonly Unit[]): string {
  if (units.length === 0) return '';
  const lines = units.map((unit) => `\t[ -e "\${DPKG_ROOT:-}"${quoted(`/${unit.path}`)} ] || ${helper(unit)('purge')} >/dev/null || true\n`).join('');
  return `if [ "$1" = purge ] && [ -x "$(command -v deb-systemd-helper)" ]; then\n${lines}fi\n`;
}
