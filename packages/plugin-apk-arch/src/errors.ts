import { DistError, EXIT } from '@provisioning-dist/core';

/** What keeps a package from being made; each text says the value and what was found. */

export type Format = 'apk' | 'archlinux';

export function badPackageName(format: Format, name: string): DistError {
  return new DistError(
    `${format}-name`,
    `Cannot name a package "${name}": ${format} takes letters, digits, "@", ".", "_", "+" and "-", a letter, digit, "@", "_" or "+" first`,
    { exit: EXIT.usage, hint: 'give the instance another name: package: my-tool' },
  );
}

export function badVersion(format: Format, version: string, found: string): DistError {
  return new DistError(`${format}-version`, `Cannot use "${version}" as a version of ${format}: ${found}`, {
    exit: EXIT.usage,
    hint: 'write MAJOR.MINOR.PATCH, with -alpha.N, -beta.N, -pre.N or -rc.N if need be',
  });
}

export function noArchitecture(format: Format, platform: string): DistError {
  return new DistError(`${format}-architecture`, `Cannot make ${format} for "${platform}": it has no name for the architecture`, {
    exit: EXIT.usage,
    hint: 'leave the platform out with "platforms"',
  });
}

export function pathTaken(format: Format, path: string, { first, second }: { readonly first: string; readonly second: string }): DistError {
  return new DistError(`${format}-path-taken`, `Cannot package "${second}": "${first}" is installed as "/${path}" too`, {
    where: { subject: second },
    hint: `change "to" of one of the rules, or "paths" of ${format}`,
  });
}

export function notAFolder(format: Format, path: string, below: string): DistError {
  return new DistError(`${format}-path-taken`, `Cannot package "/${below}": "/${path}" above it is no directory`, { where: { subject: path } });
}

export function badPath(format: Format, path: string, found: string): DistError {
  return new DistError(`${format}-path`, `Cannot package ${JSON.stringify(path)}: ${found}`, { where: { subject: JSON.stringify(path) } });
}

export function backupMissing(path: string): DistError {
  return new DistError('archlinux-backup', `Cannot keep "/${path}" as changed: the package holds no such file`, {
    exit: EXIT.usage,
    where: { subject: path },
    hint: 'write the path as it is installed: /etc/tool/tool.toml',
  });
}

export function foreignOwner(path: string, owner: string): DistError {
  return new DistError('archlinux-owner', `Cannot package "/${path}": its owner is "${owner}", and pacman knows owners by number only`, {
    where: { subject: path },
    hint: 'leave it to root:root, and give it away in a file of lib/tmpfiles.d: z /path 0640 user group',
  });
}

export function keyNotRsa(id: string, algorithm: string): DistError {
  return new DistError('apk-key', `Cannot sign an apk with "${id}": the key is ${algorithm}, and apk knows RSA only`, {
    exit: EXIT.usage,
    where: { subject: `sign.${id}` },
    hint: 'take a key of 2048 bits or more, whose algorithm is rsa2048, rsa3072 or rsa4096',
  });
}

export function noKeyName(): DistError {
  return new DistError('apk-key-name', 'Cannot sign an apk: nothing says how its public key is called in /etc/apk/keys', {
    exit: EXIT.usage,
    hint: 'write keyName: dev@example.com-5f3a1b2c.rsa.pub, or give the product a maintainer with a mail address',
  });
}
