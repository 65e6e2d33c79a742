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
  /** With an [Install] section. */
  readonly installed: string;
}

export function systemdSnippets(units: readonly Unit[], { enable, start, restart }: SystemdOptions): Readonly<Partial<Record<ScriptName, Snippets>>> {
  if (units.length === 0) return {};
  const scopes = [scopeOf('system', units), scopeOf('user', units)].filter(({ all }) => all !== '');
  const system = scopes.find(({ kind }) => kind === 'system');
  return {
    post: after([
      FIRST,
      ...scopes.flatMap((scope) => [...helped(scope, 'install', 'preset'), ...(enable ? enabling(scope) : [])]),
      'fi',
      ...(system && start ? starting(system) : reloading()),
    ]),
    preun: after([LAST, ...scopes.flatMap((scope) => helped(scope, 'remove', scope.kind === 'system' ? 'disable --now' : 'disable')), 'fi']),
    postun: after([...reloading(), ...(restart ? scopes.flatMap(restarting) : [])]),
  };
}

function scopeOf(kind: Scope['kind'], units: readonly Unit[]): Scope {
  const own = units.filter(({ user }) => user === (kind === 'user'));
  return { kind, all: words(own.map(({ name }) => name)), installed: words(own.filter(({ installs }) => installs).map(({ name }) => name)) };
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

function enabling({ kind, installed }: Scope): readonly string[] {
  return installed === '' ? [] : [`\tsystemctl --no-reload${kind === 'user' ? ' --global' : ''} enable ${installed} ${QUIET}`];
}

/** Where the helper is, file triggers of systemd reload it, but after this script. */
function starting({ installed }: Scope): readonly string[] {
  const reload = `if ${RUNNING}; then systemctl daemon-reload ${QUIET}; fi`;
  return installed === '' ? [reload] : [reload, FIRST, `\tif ${RUNNING}; then systemctl start ${installed} ${QUIET}; fi`, 'fi'];
}

function reloading(): readonly string[] {
  return [`if [ ! -x ${HELPER} ] && ${RUNNING}; then systemctl daemon-reload ${QUIET}; fi`];
}

/** Without the helper, users' managers are left as they are. */
function restarting({ kind, all }: Scope): readonly string[] {
  const plain = kind === 'user' ? [] : [`\telif ${RUNNING}; then`, `\t\tsystemctl try-restart ${all} ${QUIET}`];
  return [UPGRADE, `\tif [ -x ${HELPER} ]; then`, `\t\t${HELPER} mark-restart-${kind}-units ${all} || :`, ...plain, '\tfi', 'fi'];
}
