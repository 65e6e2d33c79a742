import { quoted, words } from '../common/shell.ts';
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

/** `siblings`: packages of the other variants, which hold the same units. */
export function systemdSnippets(
  units: readonly Unit[],
  { enable, start, restart }: SystemdOptions,
  siblings: readonly string[] = [],
): Readonly<Partial<Record<ScriptName, Snippets>>> {
  if (units.length === 0) return {};
  const scopesOf = (some: readonly Unit[]): readonly Scope[] =>
    [scopeOf('system', some, enable), scopeOf('user', some, enable)].filter(({ all }) => all !== '');
  const scopes = scopesOf(units);
  const alone = (lines: (scope: Scope) => readonly string[], shared: (scope: Scope) => readonly string[] = () => []): readonly string[] =>
    siblings.length === 0
      ? scopes.flatMap(lines)
      : units.flatMap((unit) => scopesOf([unit]).flatMap((scope) => unlessShared(unit, siblings, { lines: lines(scope), shared: shared(scope) })));
  const system = scopes.find(({ kind }) => kind === 'system');
  return {
    post: after([
      FIRST,
      ...alone((scope) => [...helped(scope, 'install', 'preset'), ...enabling(scope)]),
      'fi',
      ...(system && start ? starting(system) : reloading()),
    ]),
    preun: after([
      LAST,
      ...alone(
        (scope) => helped(scope, 'remove', scope.kind === 'system' ? 'disable --now' : 'disable'),
        (scope) => (restart ? takenOver(scope) : []),
      ),
      'fi',
    ]),
    postun: after([...reloading(), ...(restart ? scopes.flatMap(restarting) : [])]),
  };
}

interface Choice {
  readonly lines: readonly string[];
  readonly shared: readonly string[];
}

/** Where one variant takes the place of another, both are installed between the first's `post` and the other's `preun`: what was decided of their unit stands. */
function unlessShared({ path }: Unit, siblings: readonly string[], { lines, shared }: Choice): readonly string[] {
  const owners = `$(rpm -qf --qf '%{NAME} ' ${quoted(`/${path}`)} 2>/dev/null)`;
  const others = siblings.map((name) => `*${quoted(` ${name} `)}*`).join('|');
  return [`\tcase " ${owners} " in`, `\t${others})`, ...(shared.length === 0 ? ['\t:'] : shared), '\t;;', '\t*)', ...lines, '\t;;', '\tesac'];
}

/** Its files are the other variant's by now. */
function takenOver({ kind, all }: Scope): readonly string[] {
  return kind === 'user' ? [] : [`\tif ${RUNNING}; then systemctl daemon-reload ${QUIET}; systemctl try-restart ${all} ${QUIET}; fi`];
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
