import { DistError, EXIT } from '@provisioning-dist/core';

/** What keeps a repository from being changed; each text says what was found. */

export function foreignIndex(key: string, found: string): DistError {
  return new DistError('apt-foreign', `Cannot change the repository at "${key}": ${found}`, {
    where: { subject: key },
    hint: 'give another place or suite; repositories made by other tools are left alone',
  });
}

export function brokenIndex(key: string, found: string): DistError {
  return new DistError('apt-broken', `Cannot read "${key}": ${found}`, {
    where: { subject: key },
    hint: 'restore the folder "dists" from a copy, or remove the suite from it and publish again',
  });
}

export function otherName(key: string, field: string, { found, wanted }: { readonly found: string; readonly wanted: string }): DistError {
  return new DistError('apt-release-info', `Cannot change "${key}": its ${field} is "${found}", not "${wanted}"`, {
    where: { subject: key },
    hint: `clients refuse a repository whose ${field} changes: keep the old one`,
  });
}

export function signedOnce(key: string): DistError {
  return new DistError('apt-signed', `Cannot publish without a signature: "${key}" is signed, and clients refuse what is not any more`, {
    exit: EXIT.usage,
    where: { subject: key },
    hint: 'name the key under "sign"',
  });
}

export function busy(key: string, tries: number): DistError {
  return new DistError('apt-busy', `Cannot change "${key}": others changed it ${tries} times meanwhile`, {
    where: { subject: key },
    hint: 'publish again',
  });
}

export function unreadableDeb(name: string, found: string, cause?: unknown): DistError {
  return new DistError('apt-package', `Cannot list "${name}": ${found}`, { where: { subject: name }, ...(cause !== undefined && { cause }) });
}

export function badFileName(name: string): DistError {
  return new DistError('apt-file-name', `Cannot publish "${name}": a file name of letters, digits and ".+~_-" is needed in a repository`, {
    exit: EXIT.usage,
    where: { subject: name },
  });
}

export function noPackages(id: string): DistError {
  return new DistError('apt-no-packages', 'Cannot publish to apt: the release has no deb', {
    exit: EXIT.usage,
    where: { subject: `publish.${id}` },
    hint: 'add "deb" under "packages:"',
  });
}

export function twice(identity: string, first: string, second: string): DistError {
  return new DistError('apt-twice', `Cannot publish "${second}": it is ${identity}, as "${first}" is`, {
    where: { subject: second },
    hint: 'a package of one name, version and architecture is there once: bump the revision, or name it otherwise',
  });
}

export function versionAbsent(version: string, suite: string): DistError {
  return new DistError('version-absent', `Cannot point clients to "${version}": "${suite}" has no package of it`, {
    where: { subject: suite },
    hint: 'name a version that is still published there',
  });
}
