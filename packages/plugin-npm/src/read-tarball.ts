import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { readTar, type TarEntry } from '@provisioning-dist/payload';

export interface PackedFile extends Pick<TarEntry, 'path' | 'type' | 'mode' | 'size'> {
  /** Of package.json alone. */
  readonly text?: string;
}

const MANIFEST = 'package/package.json';
const MANIFEST_MAX = 1024 * 1024;

/** The files of a package. Throws for what is no gzipped tar. */
export async function* packedFiles(pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): AsyncGenerator<PackedFile, void, undefined> {
  const plain = createGunzip();
  pipeline(Readable.from(pieces), plain, () => {});
  for await (const { path, type, mode, size, body } of readTar(plain)) {
    const wanted = path === MANIFEST && size <= MANIFEST_MAX;
    yield { path, type, mode, size, ...(wanted && { text: Buffer.concat(await collected(body)).toString() }) };
  }
}

/** The package.json of a package; undefined when there is none, or it is no JSON object. */
export async function manifestIn(pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<Readonly<Record<string, unknown>> | undefined> {
  for await (const { text } of packedFiles(pieces)) if (text !== undefined) return parsed(text);
  return undefined;
}

export function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

export async function collected<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
