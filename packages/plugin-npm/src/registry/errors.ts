import { DistError, EXIT } from '@provisioning-dist/core';

export function otherContent(name: string, version: string, integrities: { readonly found: string; readonly wanted: string }): DistError {
  const { found, wanted } = integrities;
  return new DistError('object-differs', `Cannot publish ${name}@${version}: it is there with other content (${found}, not ${wanted})`, {
    where: { subject: name },
    hint: 'a published version does not change, not even after it was unpublished: release a new version',
    data: { found, wanted },
  });
}

export function otherPackage(fileName: string, found: string, wanted: string): DistError {
  return new DistError('npm-other-package', `Cannot publish "${fileName}": it holds ${found}, not ${wanted}`, {
    exit: EXIT.usage,
    where: { subject: fileName },
    hint: 'the registry needs the same "scope" as the formats "npm" and "npm-main"',
  });
}

export function unknownFile(fileName: string, scope: string | undefined): DistError {
  const within = scope === undefined ? '' : ` of ${scope}`;
  return new DistError('npm-other-package', `Cannot publish "${fileName}": it is no name of a package${within} at this version`, {
    exit: EXIT.usage,
    where: { subject: fileName },
    hint: 'the registry needs the same "scope" as the formats, which need no "name"',
  });
}

export function noManifest(fileName: string): DistError {
  return new DistError('npm-manifest', `Cannot publish "${fileName}": it has no package.json`, { where: { subject: fileName } });
}

export function nothingToPublish(): DistError {
  return new DistError('nothing-chosen', 'Cannot publish to npm: no artifact is of format npm or npm-main', {
    exit: EXIT.preflight,
    hint: 'give "npm" and "npm-main" under "packages"',
  });
}

export function refused(name: string, version: string, cause: DistError): DistError {
  const status = cause.data?.status;
  return new DistError('npm-refused', `Cannot publish ${name}@${version}: the registry answered ${status}`, {
    where: { subject: name },
    cause,
    hint: 'the token may not publish here, the version was unpublished once, or one-time passwords are asked for: use an automation token',
    ...(cause.data && { data: cause.data }),
  });
}

export function tagMoved(name: string, tag: string, action: string): DistError {
  return new DistError('pointer-moved', `Cannot ${action} "${tag}" of ${name}: somebody else changed it meanwhile, and it is left alone`, {
    where: { subject: name },
    hint: `see "npm dist-tag ls ${name}", then run the command again`,
  });
}

export function previousUnknown(name: string, tag: string): DistError {
  return new DistError('pointer-previous-unknown', `Cannot put "${tag}" of ${name} back: no journal tells what it was before`, {
    where: { subject: name },
    hint: `npm dist-tag add ${name}@VERSION ${tag}`,
  });
}

export function versionAbsent(version: string, found: string): DistError {
  return new DistError('version-absent', `Cannot point clients to "${version}": ${found}`, { hint: 'name a version that is still published there' });
}
