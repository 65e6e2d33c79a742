import { words } from '../deb/shell.ts';
import type { Unit } from '../deb/systemd.ts';
import type { ScriptName, Snippets } from './script-text.ts';

/** What systemd-rpm-macros' %systemd_post, _preun and _postun_with_restart do, for systems with the helper and without. */

export interface SystemdOptions {
  /** Enable at the first installation, whatever the presets of the distribution say. */
  readonly enable: boolean;
  readonly start: boolean;
  readonly restart: boolean;
}

const HELPER = '/usr/lib/systemd/systemd-update-helper';
const QUIET = '>/dev/null 2>&1 || :';
const RUNNING = '[ -d /run/systemd/system ]';

export function systemdSnippets(units: readonly Unit[], { enable, start, restart }: SystemdOptions): Readonly<Partial<Record<ScriptName, Snippets>>> {
  if (units.length === 0) return {};
  const all = words(units.map(({ name }) => name));
  const installed = words(units.filter(({ installs }) => installs).map(({ name }) => name));
  const starting = start && installed !== '' ? [`\tif ${RUNNING}; then systemctl start ${installed} ${QUIET}; fi`] : [];
  const enabling = enable && installed !== '' ? [`\tsystemctl --no-reload enable ${installed} ${QUIET}`] : [];
  const restarting = [
    'if [ "$1" -ge 1 ]; then',
    `\tif [ -x ${HELPER} ]; then`,
    `\t\t${HELPER} mark-restart-system-units ${all} || :`,
    `\telif ${RUNNING}; then`,
    `\t\tsystemctl try-restart ${all} ${QUIET}`,
    '\tfi',
    'fi',
  ];
  return {
    post: after(['if [ "$1" -eq 1 ]; then', ...byHelper('install-system-units', 'preset', all), ...enabling, 'fi', ...reloading(starting)]),
    preun: after(['if [ "$1" -eq 0 ]; then', ...byHelper('remove-system-units', 'disable --now', all), 'fi']),
    postun: after([...reloading([]), ...(restart ? restarting : [])]),
  };
}

function after(lines: readonly string[]): Snippets {
  return { before: '', after: lines.map((line) => `${line}\n`).join('') };
}

function byHelper(helped: string, plain: string, units: string): readonly string[] {
  return [
    `\tif [ -x ${HELPER} ]; then`,
    `\t\t${HELPER} ${helped} ${units} || :`,
    '\telif command -v systemctl >/dev/null 2>&1; then',
    `\t\tsystemctl --no-reload ${plain} ${units} ${QUIET}`,
    '\tfi',
  ];
}

/** Where the helper is, file triggers of systemd reload it, but after this script. */
function reloading(starting: readonly string[]): readonly string[] {
  const condition = starting.length > 0 ? RUNNING : `[ ! -x ${HELPER} ] && ${RUNNING}`;
  const first = starting.length > 0 ? ['if [ "$1" -eq 1 ]; then', ...starting, 'fi'] : [];
  return [`if ${condition}; then systemctl daemon-reload ${QUIET}; fi`, ...first];
}
