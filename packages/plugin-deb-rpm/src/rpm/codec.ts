import { type Content, gzip, type Needs, type Part, type Parts, type Plain, xz, zstdFrames } from '@provisioning-dist/payload';
import type { RpmFeature } from './dependencies.ts';

export type RpmCodec = 'gzip' | 'xz' | 'zstd' | 'none';

export interface Coding {
  readonly codec: RpmCodec;
  readonly level?: number | undefined;
}

/** Levels each codec has; zstd's above 19 want windows that rpm refuses. */
export const LEVELS: Readonly<Record<RpmCodec, { readonly min: number; readonly max: number; readonly usual: number } | undefined>> = {
  gzip: { min: 1, max: 12, usual: 6 },
  xz: { min: 0, max: 9, usual: 6 },
  zstd: { min: 1, max: 19, usual: 3 },
  none: undefined,
};

export const FEATURE: Readonly<Partial<Record<RpmCodec, RpmFeature>>> = { xz: 'PayloadIsXz', zstd: 'PayloadIsZstd' };

export function codecNeeds({ codec, level }: Coding): Pick<Needs, 'codec' | 'level'> {
  if (codec === 'none') return {};
  return { codec: codec === 'gzip' ? 'deflate' : codec, ...(level === undefined ? {} : { level }) };
}

/** One gzip member, one xz stream, or frame after frame of zstd: rpm reads to the end of what it is given. */
export function compressed(plain: Iterable<Plain>, content: Pick<Content, 'crc32' | 'pieces'>, { codec, level }: Coding): Parts {
  const options = level === undefined ? {} : { level };
  if (codec === 'gzip') return gzip(plain, content, options);
  if (codec === 'xz') return xz(plain, content, options);
  return codec === 'zstd' ? zstdFrames(plain, options) : stored(plain);
}

function* stored(plain: Iterable<Plain>): Generator<Part, void, unknown> {
  for (const piece of plain) yield piece instanceof Uint8Array ? piece : { ...piece, codec: 'none' };
}
