import { posix } from 'node:path';
import type { Entry, Role } from '@provisioning-dist/core';

/** Where an entry of a distribution is installed. Paths are without the leading slash. */
export interface PlaceRules {
  readonly package: string;
  /** Folder of `bin`, `lib` and `share`; empty for the root. */
  readonly prefix: string;
  /** Folders by role, in the place of all rules here. */
  readonly paths: Readonly<Partial<Record<Role, string>>>;
}

type Placing = Pick<Entry, 'path' | 'role' | 'type'>;

/** Folders at the root of the file system that mean themselves. */
const ROOTED = /^(?:boot|etc|home|opt|root|run|srv|usr|var)(?:\/|$)/;
const PREFIXED = /^(?:s?bin|games|include|lib(?:32|64|exec)?|share|src)(?:\/|$)/;
/** Programs look for these below /usr, whatever the prefix. */
const SYSTEM =
  /^(?:lib\/(?:binfmt\.d|environment\.d|modprobe\.d|modules-load\.d|sysctl\.d|systemd|sysusers\.d|tmpfiles\.d|udev)|share\/(?:applications|bash-completion|dbus-1|fish|icons|man|mime|polkit-1|zsh))(?:\/|$)/;

/** Folders that a distribution may keep things of a role in; what is below them is kept. */
const FOLDERS: Readonly<Partial<Record<Role, RegExp>>> = {
  binary: /^s?bin\//,
  library: /^lib(?:32|64)?\//,
  config: /^(?:etc|conf|config)\//,
  doc: /^(?:share\/)?docs?\//,
  license: /^(?:share\/)?licen[cs]es?\//i,
  man: /^(?:share\/)?man\//,
  service: /^(?:(?:lib|etc)\/)?(?:systemd\/)?(?:system\/)?/,
  data: /^share\//,
};

export function installedPath(entry: Placing, rules: PlaceRules): string {
  const folder = entry.type === 'directory' ? undefined : rules.paths[entry.role];
  if (folder !== undefined) return posix.join(folder, below(entry));
  if (entry.role === 'license' && entry.path.startsWith('share/licenses/')) return posix.join(docFolder(rules), posix.basename(entry.path));
  if (ROOTED.test(entry.path)) return entry.path;
  if (SYSTEM.test(entry.path)) return `usr/${entry.path}`;
  return PREFIXED.test(entry.path) ? posix.join(rules.prefix, entry.path) : byRole(entry, rules);
}

export function docFolder({ package: name }: Pick<PlaceRules, 'package'>): string {
  return `usr/share/doc/${name}`;
}

/** What lies beside the folders a file system has. */
function byRole(entry: Placing, rules: PlaceRules): string {
  const own = (folder: string): string => posix.join(folder, rules.package, below(entry));
  switch (entry.role) {
    case 'binary':
      return posix.join(rules.prefix, 'bin', posix.basename(entry.path));
    case 'library':
      return own(posix.join(rules.prefix, 'lib'));
    case 'config':
      return own('etc');
    case 'doc':
    case 'license':
      return posix.join(docFolder(rules), below(entry));
    case 'man':
      return manPath(entry);
    case 'completion':
      return completionPath(entry) ?? own(posix.join(rules.prefix, 'share'));
    case 'service':
      return posix.join('usr/lib/systemd/system', posix.basename(entry.path));
    case 'data':
      return own(posix.join(rules.prefix, 'share'));
  }
}

function below({ path, role }: Placing): string {
  const folder = FOLDERS[role];
  return folder === undefined ? path : path.replace(folder, '');
}

/** `man/tool.1` -> `usr/share/man/man1/tool.1`; a language before the section stays. */
function manPath(entry: Placing): string {
  const path = below(entry);
  const section = /\.([1-9])[a-z]*(?:\.gz)?$/.exec(path)?.[1];
  const sorted = /(?:^|\/)man[1-9]\//.test(path) || section === undefined;
  return posix.join('usr/share/man', sorted ? path : posix.join(posix.dirname(path), `man${section}`, posix.basename(path)));
}

function completionPath({ path }: Placing): string | undefined {
  const { name, ext, base } = posix.parse(path);
  if (ext === '.bash') return `usr/share/bash-completion/completions/${name}`;
  if (ext === '.fish') return `usr/share/fish/vendor_completions.d/${base}`;
  return base.startsWith('_') && ext === '' ? `usr/share/zsh/vendor-completions/${base}` : undefined;
}

/** A link's target from its new place: what was moved with it needs no change. */
export function movedTarget(link: { readonly path: string; readonly target: string }, to: string, moved: ReadonlyMap<string, string>): string {
  if (posix.isAbsolute(link.target)) return link.target;
  const target = moved.get(posix.join(posix.dirname(link.path), link.target));
  const folder = posix.dirname(to);
  if (target === undefined || posix.join(folder, link.target) === target) return link.target;
  return posix.relative(`/${folder}`, `/${target}`);
}
