import { DistError } from '@provisioning-dist/core';

export function otherBytes(key: string, found: string | undefined, wanted: string): DistError {
  return new DistError('object-differs', `Cannot publish "${key}": other bytes are there (sha256 ${found ?? 'unknown'}, not ${wanted})`, {
    where: { subject: key },
    hint: 'clients hold the digest of the file that is there: bump the revision of the package, or release a new version',
    data: { found, wanted },
  });
}

export function objectChanged(key: string): DistError {
  return new DistError('object-changed', `Cannot remove "${key}": it was changed since it was published, and is left alone`, {
    where: { subject: key },
    hint: 'look who changed it, and remove it by hand',
  });
}
