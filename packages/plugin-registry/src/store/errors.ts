import { DistError } from '@provisioning-dist/core';

export function otherBytes(key: string, found: string | undefined, wanted: string): DistError {
  return new DistError('object-differs', `Cannot upload "${key}": other bytes are there (sha256 ${found ?? 'unknown'}, not ${wanted})`, {
    where: { subject: key },
    hint: 'a published version does not change: release a new version, or remove the old file yourself',
    data: { found, wanted },
  });
}

export function objectChanged(key: string): DistError {
  return new DistError('object-changed', `Cannot remove "${key}": it was changed since it was published, and is left alone`, {
    where: { subject: key },
    hint: 'look who changed it, and remove it by hand',
  });
}

export function pointerMoved(key: string, action: string, cause?: unknown): DistError {
  return new DistError('pointer-moved', `Cannot ${action} "${key}": somebody else changed it meanwhile, and it is left alone`, {
    where: { subject: key },
    hint: 'see what it holds now, then run the command again',
    ...(cause !== undefined && { cause }),
  });
}

export function previousUnknown(key: string): DistError {
  return new DistError('pointer-previous-unknown', `Cannot put "${key}" back: no journal tells what it held before`, {
    where: { subject: key },
    hint: 'write the pointer of the version wanted by hand',
  });
}

export function targetGone(key: string, version: string, manifest: string): DistError {
  return new DistError('pointer-target-gone', `Cannot put "${key}" back to ${version}: "${manifest}" is not there any more`, {
    where: { subject: key },
    hint: `--mode retarget --to <a version that is there>`,
  });
}

/** `found`: the version it names. */
export function pointerElsewhere(key: string, found: string, { version, to }: { readonly version: string; readonly to: string }): DistError {
  return new DistError('pointer-elsewhere', `Cannot point "${key}" back to ${to}: it names ${found}, not ${version}, and is left alone`, {
    where: { subject: key },
    hint: `clients do not get ${version} there: name the other registries with --registry, or take ${found} back`,
  });
}

export function pointerUnreadable(key: string, cause: unknown): DistError {
  return new DistError('pointer-unreadable', `Cannot read "${key}": it is not a pointer`, { where: { subject: key }, cause });
}

export function treeChanged(key: string, found: string, wanted: string): DistError {
  return new DistError('object-differs', `Cannot upload "${key}": the folder holds other files (listing ${found}, not ${wanted})`, {
    where: { subject: key },
    hint: 'remove what does not belong there',
    data: { found, wanted },
  });
}

export function versionAbsent(version: string, place: string, found: string): DistError {
  return new DistError('version-absent', `Cannot point clients to "${version}": ${found}`, {
    where: { subject: place },
    hint: 'name a version that is still published there',
  });
}
