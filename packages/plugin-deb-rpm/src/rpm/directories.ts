import { posix } from 'node:path';
import type { Member } from '@provisioning-dist/payload';
import { ancestors } from '../common/paths.ts';

/** Folders of several packages, which none but `filesystem` and its like may own. */
const SHARED: readonly RegExp[] = [
  /^(?:boot|dev|etc|home|media|mnt|opt|proc|root|run|srv|sys|tmp|usr|var)$/,
  /^(?:usr\/)?(?:s?bin|lib|lib32|lib64)$/,
  /^usr\/(?:games|include|libexec|local|share|src|tmp)$/,
  /^usr\/local\/(?:bin|etc|games|include|lib|lib64|libexec|s?bin|share|src|share\/man(?:\/man[1-9n])?)$/,
  /^usr\/share\/(?:applications|doc|info|licenses|locale|man|metainfo|appdata|pixmaps|mime|mime\/packages|misc|games|polkit-1|polkit-1\/(?:actions|rules\.d))$/,
  /^usr\/share\/man\/(?:[a-z]{2,3}(?:[_@.][A-Za-z0-9_@.-]+)?|(?:[a-z]{2,3}(?:[_@.][A-Za-z0-9_@.-]+)?\/)?man[0-9nlp]+)$/,
  /^usr\/share\/locale\/[^/]+(?:\/LC_MESSAGES)?$/,
  /^usr\/share\/icons(?:\/hicolor(?:\/.*)?)?$/,
  /^usr\/share\/(?:bash-completion(?:\/completions)?|fish(?:\/(?:vendor_completions|vendor_conf|vendor_functions)\.d)?|zsh(?:\/(?:site-functions|vendor-completions))?)$/,
  /^usr\/share\/dbus-1(?:\/(?:interfaces|services|session\.d|system\.d|system-services))?$/,
  /^usr\/lib\/(?:systemd(?:\/(?:system|user|system-preset|user-preset|system-generators|network|logind\.conf\.d|journald\.conf\.d))?)$/,
  /^usr\/lib\/(?:binfmt\.d|environment\.d|firewalld|firewalld\/services|modprobe\.d|modules|modules-load\.d|pkgconfig|sysctl\.d|sysusers\.d|tmpfiles\.d|udev|udev\/(?:hwdb|rules)\.d)$/,
  /^usr\/lib(?:32|64)?\/(?:pkgconfig|cmake)$/,
  /^usr\/share\/(?:pkgconfig|cmake|aclocal|vim|vim\/vimfiles|emacs|emacs\/site-lisp)$/,
  /^etc\/(?:X11|bash_completion\.d|cron\.(?:d|daily|hourly|monthly|weekly)|dbus-1|default|init\.d|ld\.so\.conf\.d|logrotate\.d|modprobe\.d|opt|pam\.d|pki|profile\.d|rc\.d|rc\.d\/init\.d|rsyslog\.d|security|skel|ssl|sudoers\.d|sysconfig|sysctl\.d|systemd|systemd\/(?:system|user)|tmpfiles\.d|udev|udev\/rules\.d|xdg|xdg\/autostart|yum\.repos\.d|zypp)$/,
  /^var\/(?:adm|cache|empty|lib|local|lock|log|mail|opt|preserve|run|spool|tmp|spool\/(?:cron|mail)|lib\/(?:misc|rpm-state|systemd))$/,
];

export function isShared(path: string): boolean {
  return SHARED.some((pattern) => pattern.test(path));
}

/** The parents of these paths that are the package's own and not there yet: what nobody owns is left behind by an erasure. */
export function missingParents(members: readonly Member[]): readonly Member[] {
  const there = new Set(members.map(({ path }) => path));
  const children = new Map(members.map(({ path }) => [posix.dirname(path), path]));
  const parents = new Set([...children.values()].flatMap(ancestors));
  return [...parents]
    .filter((path) => !there.has(path) && !isShared(path))
    .map((path) => ({ type: 'directory', path, mode: 0o755, owner: 'root', group: 'root' }));
}
