import { type Content, gzip, type Needs, type Part, type Parts, type Plain, xz, zstdFrames } from '@provisioning-dist/payload';

export type ArchCodec = 'zstd' | 'xz' | 'gzip' | 'none';

export interface Coding {
  readonly codec: ArchCodec;
  readonly level?: number | undefined;
}

export const SUFFIX: Readonly<Record<ArchCodec, string>> = { zstd: '.zst', xz: '.xz', gzip: '.gz', none: '' };

/** zstd's levels above 19 want windows that libarchive refuses. */
export const LEVELS: Readonly<Record<ArchCodec, { readonly min: number; readonly max: number } | undefined>> = {
  zstd: { min: 1, max: 19 },
  xz: { min: 0, max: 9 },
  gzip: { min: 1, max: 12 },
  none: undefined,
};

export function codecNeeds({ codec, level }: Coding): Pick<Needs, 'codec' | 'level'> {
  if (codec === 'none') return {};
  return { codec: codec === 'gzip' ? 'deflate' : codec, ...(level === undefined ? {} : { level }) };
}

/** libarchive reads to the end of what it is given. */
export function compressed(plain: Iterable<Plain>, content: Pick<Content, 'crc32' | 'pieces'>, { codec, level }: Coding): Parts {
  const options = level === undefined ? {} : { level };
  if (codec === 'gzip') return gzip(plain, content, options);
  if (codec === 'xz') return xz(plain, content, options);
  return codec === 'zstd' ? zstdFrames(plain, options) : stored(plain);
}

function* stored(plain: Iterable<Plain>): Generator<Part, void, unknown> {
  for (const piece of plain) yield piece instanceof Uint8Array ? piece : { ...piece, codec: 'none' };
}

export function levelProblem({ codec, level }: Coding): string | undefined {
  const range = LEVELS[codec];
  if (level === undefined || (range && level >= range.min && level <= range.max)) return undefined;
  return range ? `${codec} has the levels ${range.min} to ${range.max}` : 'nothing is compressed';
}
