import { checkObjectKey } from './key.ts';
import { named } from './sftp/error.ts';
import { type SftpOptions, toServer } from './sftp/options.ts';
import { checkRoot, type Site, siteOf } from './sftp/path.ts';
import { disconnect, type Place, toPlace } from './sftp/place.ts';
import { list, read, statOf } from './sftp/read.ts';
import { remove, write } from './sftp/write.ts';
import type { Storage, StoredObject } from './storage.ts';

export type { SftpError } from './sftp/error.ts';
export type { SftpOptions } from './sftp/options.ts';

type Signal = AbortSignal | undefined;

/**
 * Objects as files below a folder of an SFTP server whose host key is known. One connection is opened by the first call, shared,
 * and opened again by the next call after it was lost. To know an object's etag its content is read.
 */
export function sftpStorage(options: SftpOptions): Storage {
  const place = toPlace(toServer(options));
  return {
    label: place.server.label,
    get: (key, { signal } = {}) => onSite(place, 'read', key, signal, (site) => read(site, key, signal)),
    stat: (key, { signal } = {}) => onSite(place, 'look up', key, signal, (site) => statOf(site, key, signal)),
    put: (key, body, { signal } = {}) => onSite(place, 'write', key, signal, (site) => write(site, key, body, undefined, signal)),
    putIf: (key, body, condition, { signal } = {}) => onSite(place, 'write', key, signal, (site) => write(site, key, body, condition, signal)),
    delete: (key, { signal, etag } = {}) => onSite(place, 'delete', key, signal, (site) => remove(site, key, etag, signal)),
    list: (prefix, { signal } = {}) => listOn(place, prefix, signal),
    check: ({ signal } = {}) =>
      named(
        'look up the folder',
        place.server.label,
        siteOf(place, signal).then((site) => checkRoot(site, signal)),
      ),
    close: () => disconnect(place),
  };
}

async function onSite<Result>(place: Place, verb: string, key: string, signal: Signal, work: (site: Site) => Promise<Result>): Promise<Result> {
  checkObjectKey(key);
  return await named(`${verb} "${key}"`, place.server.label, siteOf(place, signal).then(work));
}

async function* listOn(place: Place, prefix: string, signal: Signal): AsyncGenerator<StoredObject> {
  const objects = list(await named('list objects', place.server.label, siteOf(place, signal)), prefix, signal);
  for (;;) {
    const { value, done } = await named('list objects', place.server.label, objects.next());
    if (done) return;
    yield value;
  }
}
