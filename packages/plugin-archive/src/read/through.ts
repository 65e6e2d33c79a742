import { type Duplex, pipeline, Readable } from 'node:stream';

/** What a transforming stream makes of the pieces; the iteration throws what goes wrong on either side. */
export function through(pieces: Iterable<Uint8Array>, transform: Duplex): AsyncIterable<Uint8Array> {
  pipeline(Readable.from(pieces), transform, () => {});
  return transform;
}
