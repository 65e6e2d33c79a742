import { DistError, EXIT } from '@provisioning-dist/core';

/** What keeps a repository from being changed; each text says what was found. */

export function foreignMetadata(key: string, found: string): DistError {
  return new DistError('yum-foreign', `Cannot change the repository at "${key}": ${found}`, {
    where: { subject: key },
    hint: 'make its metadata anew with createrepo_c, or give another place',
  });
}

export function brokenMetadata(key: string, found: string): DistError {
  return new DistError('yum-broken', `Cannot read "${key}": ${found}`, {
    where: { subject: key },
    hint: 'restore the folder "repodata" from a copy, or make it anew with createrepo_c',
  });
}

export function signedOnce(key: string): DistError {
  return new DistError('yum-signed', `Cannot publish without a signature: "${key}" is there, and clients refuse what is not signed any more`, {
    exit: EXIT.usage,
    where: { subject: key },
    hint: 'name the key under "sign"',
  });
}

export function busy(key: string, tries: number): DistError {
  return new DistError('yum-busy', `Cannot change "${key}": others changed it ${tries} times meanwhile`, {
    where: { subject: key },
    hint: 'publish again',
  });
}

export function unreadableRpm(name: string, found: string): DistError {
  return new DistError('yum-package', `Cannot list "${name}": ${found}`, { where: { subject: name } });
}

export function unsignedRpm(name: string): DistError {
  return new DistError('yum-unsigned', `Cannot publish "${name}": it is not signed, and the repository tells clients to refuse that`, {
    where: { subject: name },
    hint: 'name a key under "sign" of the package, or set "gpgcheck: false"',
  });
}

export function badFileName(name: string): DistError {
  return new DistError('yum-file-name', `Cannot publish "${name}": a file name of letters, digits and ".+~^_-" is needed in a repository`, {
    exit: EXIT.usage,
    where: { subject: name },
  });
}

export function noPackages(id: string): DistError {
  return new DistError('yum-no-packages', 'Cannot publish to yum: the release has no rpm', {
    exit: EXIT.usage,
    where: { subject: `publish.${id}` },
    hint: 'add "rpm" under "packages:"',
  });
}

export function twice(identity: string, first: string, second: string): DistError {
  return new DistError('yum-twice', `Cannot publish "${second}": it is ${identity}, as "${first}" is`, {
    where: { subject: second },
    hint: 'a package of one name, version and architecture is there once: bump the revision, or name it otherwise',
  });
}

export function versionAbsent(version: string): DistError {
  return new DistError('version-absent', `Cannot point clients to "${version}": the repository has no package of it`, {
    hint: 'name a version that is still published there',
  });
}
