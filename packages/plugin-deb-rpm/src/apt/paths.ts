import { badFileName } from './errors.ts';

/** Where things are in a repository. */

export const STATE = 'provisioning-dist/state.json.gz';

export interface PoolPlace {
  readonly component: string;
  /** The folder of all packages made from one source. */
  readonly source: string;
}

/** `pool/main/a/acme/acme_1.0-1_amd64.deb`; libraries have four letters as their first folder, as in Debian's own pool. */
export function poolKey({ component, source }: PoolPlace, fileName: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9.+~_-]*\.deb$/.test(fileName)) throw badFileName(fileName);
  return `${poolFolder({ component, source })}/${fileName}`;
}

export function poolFolder({ component, source }: PoolPlace): string {
  const prefix = source.startsWith('lib') ? source.slice(0, 4) : source.slice(0, 1);
  return `pool/${component}/${prefix}/${source}`;
}

/** `acme`, of `pool/main/a/acme/acme_1.0-1_amd64.deb` */
export function sourceIn(key: string): string {
  return key.split('/').at(-2) ?? '';
}

export function distKey(suite: string, path: string): string {
  return `dists/${suite}/${path}`;
}

/** The copy of an index whose name is its digest. */
export function byHashPath(path: string, sha256: string): string {
  return `${path.slice(0, path.lastIndexOf('/') + 1)}by-hash/SHA256/${sha256}`;
}
