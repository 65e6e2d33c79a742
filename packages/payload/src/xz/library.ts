import { createRequire } from 'node:module';
import { ContentError, systemCode } from '../content-error.ts';

/** The native LZMA encoder: an optional dependency, loaded when xz is first used. */

const NAME = '@napi-rs/lzma';
const LARGE_PAGES = 'MIMALLOC_ALLOW_LARGE_OS_PAGES';

export interface LzmaLibrary {
  readonly lzma2: {
    /** Preset 6 with a dictionary of 8 MiB. */
    readonly compressSync: (bytes: Uint8Array) => Uint8Array;
    /** On a thread of its own. */
    readonly compressStream: (input: ReadableStream<Uint8Array>, options: LzmaOptions) => ReadableStream<Uint8Array>;
  };
  readonly xz: { readonly decompressStream: (input: ReadableStream<Uint8Array>) => ReadableStream<Uint8Array> };
}

export interface LzmaOptions {
  readonly preset: number;
  readonly dictSize: number;
}

let library: LzmaLibrary | undefined;

/** Throws ContentError where it is not installed. */
export function lzmaLibrary(): LzmaLibrary {
  library ??= load();
  return library;
}

function load(): LzmaLibrary {
  try {
    return withLargePages(() => createRequire(import.meta.url)(NAME));
  } catch (cause) {
    throw missing(cause);
  }
}

/**
 * Its allocator (mimalloc) reads the environment when it is loaded. The match finder jumps about in 90 MB: with large pages a block takes
 * 6% less time. What programs we start inherit stays as it was.
 */
function withLargePages<T>(act: () => T): T {
  const before = process.env[LARGE_PAGES];
  process.env[LARGE_PAGES] ??= '1';
  try {
    return act();
  } finally {
    if (before === undefined) delete process.env[LARGE_PAGES];
  }
}

function missing(cause: unknown): ContentError {
  const { platform, arch, version } = process;
  const state = systemCode(cause) === 'MODULE_NOT_FOUND' ? 'is not installed' : 'cannot be loaded';
  return new ContentError('encoder-missing', NAME, `Cannot use xz: "${NAME}" ${state} for ${platform}-${arch} and Node ${version}`, cause);
}
