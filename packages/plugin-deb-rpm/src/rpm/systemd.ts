import { words } from '../common/shell.ts';
import type { Unit } from '../common/units.ts';
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
const FIRST = 'if [ "$1" -eq 1 ]; then';
const LAST = 'if [ "$1" -eq 0 ]; then';
const UPGRADE = 'if [ "$1" -ge 1 ]; then';

/** Units of the system, or of the users' own managers. */
interface Scope {
  readonly kind: 'system' | 'user';
  readonly all: string;
  /** With an [Install] section, but for those that are said not to be enabled. */
  readonly started: string;
  /** To be enabled, whatever the presets say. */
  readonly enabled: string;
}

export function systemdSnippets(units: readonly Unit[], { enable, start, restart }: SystemdOptions): Readonly<Partial<Record<ScriptName, Snippets>>> {
  if (units.length === 0) return {};
  const scopes = [scopeOf('system', units, enable), scopeOf('user', units, enable)].filter(({ all }) => all !== '');
  const system = scopes.find(({ kind }) => kind === 'system');
  return {
    post: after([
      FIRST,
      ...scopes.flatMap((scope) => [...helped(scope, 'install', 'preset'), ...enabling(scope)]),
      'fi',
      ...(system && start ? starting(system) : reloading()),
    ]),
    preun: after([LAST, ...scopes.flatMap((scope) => helped(scope, 'remove', scope.kind === 'system' ? 'disable --now' : 'disable')), 'fi']),
    postun: after([...reloading(), ...(restart ? scopes.flatMap(restarting) : [])]),
  };
}

function scopeOf(kind: Scope['kind'], units: readonly Unit[], enable: boolean): Scope {
  const own = units.filter(({ user }) => user === (kind === 'user'));
  const installed = own.filter(({ installs }) => installs);
  const enabled = installed.filter((unit) => unit.enable ?? enable);
  const names = (some: readonly Unit[]): string => words(some.map(({ name }) => name));
  const started = installed.filter((unit) => unit.enable !== false);
  return { kind, all: names(own), started: names(started), enabled: names(enabled) };
}

function after(lines: readonly string[]): Snippets {
  return { before: '', after: lines.map((line) => `${line}\n`).join('') };
}

function helped({ kind, all }: Scope, action: string, plain: string): readonly string[] {
  return [
    `\tif [ -x ${HELPER} ]; then`,
    `\t\t${HELPER} ${action}-${kind}-units ${all} || :`,
    '\telif command -v systemctl >/dev/null 2>&1; then',
    `\t\tsystemctl --no-reload${kind === 'user' ? ' --global' : ''} ${plain} ${all} ${QUIET}`,
    '\tfi',
  ];
}

function enabling({ kind, enabled }: Scope): readonly string[] {
  return enabled === '' ? [] : [`\tsystemctl --no-reload${kind === 'user' ? ' --global' : ''} enable ${enabled} ${QUIET}`];
}

/** Where the helper is, file triggers of systemd reload it, but after this script. */
function starting({ started }: Scope): readonly string[] {
  const reload = `if ${RUNNING}; then systemctl daemon-reload ${QUIET}; fi`;
  return started === '' ? [reload] : [reload, FIRST, `\tif ${RUNNING}; then systemctl start ${started} ${QUIET}; fi`, 'fi'];
}

function reloading(): readonly string[] {
  return [`if [ ! -x ${HELPER} ] && ${RUNNING}; then systemctl daemon-reload ${QUIET}; fi`];
}

/** Without the helper, users' managers are left as they are. */
function restarting({ kind, all }: Scope): readonly string[] {
  const plain = kind === 'user' ? [] : [`\telif ${RUNNING}; then`, `\t\tsystemctl try-restart ${all} ${QUIET}`];
  return [UPGRADE, `\tif [ -x ${HELPER} ]; then`, `\t\t${HELPER} mark-restart-${kind}-units ${all} || :`, ...plain, '\tfi', 'fi'];
}
