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

export function foreignSignature(key: string, sign: string): DistError {
  return new DistError('repository-foreign-signature', `Cannot change the repository at "${key}": it is not as the key "${sign}" signed it`, {
    where: { subject: key },
    hint: 'publish with the key it was signed with; look who changed it; where the key was changed on purpose and what is listed is right, set "adopt: true" for one release',
  });
}
