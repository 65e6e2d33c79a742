import { DistError, EXIT } from '@provisioning-dist/core';
import { shown } from '../url.ts';

export function addressAway(template: string, address: string): DistError {
  return new DistError('address-climbs', `Cannot use "${template}": it gives "${address}", which climbs`, { exit: EXIT.usage });
}

export function objectDiffers(artifact: string, url: string, digests: { readonly found: string; readonly wanted: string }): DistError {
  const { found, wanted } = digests;
  return new DistError('object-differs', `Cannot upload "${artifact}": other bytes are at ${shown(url)} (${found}, not sha256 ${wanted})`, {
    where: { subject: artifact },
    hint: 'a published version does not change: release a new version, or remove the old object yourself',
    data: { found, wanted },
  });
}

export function objectUnknown(artifact: string, url: string): DistError {
  return new DistError('object-unknown', `Cannot upload "${artifact}": something is at ${shown(url)}, and the server does not tell what`, {
    where: { subject: artifact },
    hint: 'name the header with the sha256 in "probe.header", or raise "probe.limit" so that it can be read',
  });
}

export function objectChanged(url: string): DistError {
  return new DistError('object-changed', `Cannot remove ${shown(url)}: it is not what was published, or cannot be compared, and is left alone`, {
    where: { subject: shown(url) },
    hint: 'look who changed it, and remove it by hand',
  });
}

export function cannotDelete(url: string): DistError {
  return new DistError('cannot-delete', `Cannot remove ${shown(url)}: no way to delete is configured`, {
    where: { subject: shown(url) },
    hint: 'remove it by hand, or give "delete: {}" if the server knows DELETE, and run the rollback again',
  });
}

export function pointerMoved(url: string, action: string): DistError {
  return new DistError('pointer-moved', `Cannot ${action} ${shown(url)}: somebody else changed it meanwhile, and it is left alone`, {
    where: { subject: shown(url) },
    hint: 'see what it holds now, then run the command again',
  });
}

export function previousUnknown(url: string): DistError {
  return new DistError('pointer-previous-unknown', `Cannot put ${shown(url)} back: no journal tells what it held before`, {
    where: { subject: shown(url) },
    hint: 'write the pointer of the version wanted by hand',
  });
}

export function targetGone(url: string, version: string, manifest: string): DistError {
  return new DistError('pointer-target-gone', `Cannot put ${shown(url)} back to ${version}: ${shown(manifest)} is not there any more`, {
    where: { subject: shown(url) },
    hint: '--mode retarget --to <a version that is there>',
  });
}

/** `found`: the version it names, if it can be told. */
export function pointerElsewhere(url: string, found: string | undefined, version: string): DistError {
  return new DistError(
    'pointer-elsewhere',
    `Cannot point ${shown(url)} back: it names ${found ?? 'something else'}, not ${version}, and is left alone`,
    {
      where: { subject: shown(url) },
      hint: `clients do not get ${version} there: name the other registries with --registry, or change it by hand`,
    },
  );
}

export function pointerBinary(url: string): DistError {
  return new DistError('pointer-unreadable', `Cannot replace ${shown(url)}: what is there is no text and could not be put back`, {
    where: { subject: shown(url) },
  });
}

export function versionAbsent(version: string, found: string): DistError {
  return new DistError('version-absent', `Cannot point clients to "${version}": ${found}`, { hint: 'name a version that is still published there' });
}

export function redirected(method: string, url: string, target: string): DistError {
  return new DistError('redirected', `Cannot ${method} ${shown(url)}: the server sends us on to ${shown(target)}`, {
    hint: 'give that address in the configuration if it is the right one: nothing is sent where no configuration says',
  });
}

export function layoutUnsupported(artifact: string): DistError {
  return new DistError('layout-unsupported', `Cannot upload "${artifact}": it is a folder, and an address takes one file`, {
    exit: EXIT.preflight,
    where: { subject: artifact },
    hint: 'leave it out by "artifacts"',
  });
}

export function nothingChosen(chosen: readonly string[]): DistError {
  return new DistError('nothing-chosen', `Cannot publish: no artifact is of "${chosen.join('", "')}"`, {
    exit: EXIT.preflight,
    hint: '"artifacts" names kinds, formats and instance ids',
  });
}

export function exposed(file: string, mode: number): DistError {
  return new DistError('credentials-exposed', `Cannot use "${file}": others may read it (mode ${(mode & 0o777).toString(8).padStart(3, '0')})`, {
    exit: EXIT.preflight,
    where: { file },
    hint: `chmod 600 ${JSON.stringify(file)}`,
  });
}

export function unreadable(file: string, state: string): DistError {
  return new DistError('credentials-unreadable', `Cannot use "${file}": ${state}`, { exit: EXIT.preflight, where: { file } });
}

export function headerUnusable(source: string, state: string): DistError {
  return new DistError('header-unusable', `Cannot send the secret from ${source}: ${state}`, { exit: EXIT.preflight });
}
