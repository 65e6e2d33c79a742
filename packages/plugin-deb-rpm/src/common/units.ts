import type { Content, Member } from '@provisioning-dist/payload';

/** The systemd units a package installs. */

export interface Unit {
  readonly name: string;
  /** Where it is installed, without the leading slash. */
  readonly path: string;
  /** Has an [Install] section: it is started by being enabled, not by another unit. */
  readonly installs: boolean;
  /** Of the users' own managers, which packages enable but never start. */
  readonly user: boolean;
  /** Whether it is enabled, where the configuration says so of it alone. */
  readonly enable?: boolean;
}

/** A template (`x@.service`) is started by nobody but those who name an instance. */
const UNIT = /^(?:usr\/)?lib\/systemd\/(system|user)\/([^/]+(?<!@)\.(?:service|socket|timer|path|target|mount|automount|swap))$/;

type Enabling = (path: string) => boolean | undefined;

export function unitsOf(members: Iterable<Member>, content: Pick<Content, 'bytes'>, enabling: Enabling = () => undefined): readonly Unit[] {
  return [...members].flatMap((member) => {
    const [, manager, name] = UNIT.exec(member.path) ?? [];
    if (member.type !== 'file' || name === undefined) return [];
    const text = Buffer.from(content.bytes(member.source)).toString('utf8');
    const enable = enabling(member.path);
    return [
      { name, path: member.path, installs: /^\[Install\]\s*$/m.test(text), user: manager === 'user', ...(enable === undefined ? {} : { enable }) },
    ];
  });
}
