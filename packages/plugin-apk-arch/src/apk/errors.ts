import { DistError } from '@provisioning-dist/core';

export function fileTooLarge(path: string, size: number): DistError {
  return new DistError('apk-too-large', `Cannot package "/${path}": it has ${size} bytes, and apk reads files below 8 GiB`, {
    where: { subject: path },
  });
}

export function badOwner(path: string, owner: string): DistError {
  return new DistError('apk-owner', `Cannot package "/${path}": its owner "${owner}" is longer than 31 bytes or holds a NUL character`, {
    where: { subject: path },
  });
}

export function otherSignature(id: string, { length, expected }: { readonly length: number; readonly expected: number }): DistError {
  return new DistError('apk-key', `Cannot sign an apk with "${id}": its signature has ${length} bytes, its algorithm says ${expected}`);
}
