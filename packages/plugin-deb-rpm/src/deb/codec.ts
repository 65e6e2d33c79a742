import { type Content, gzip, type Needs, type Part, type Parts, type Plain, xz } from '@provisioning-dist/payload';

export type DebCodec = 'gzip' | 'xz' | 'zstd' | 'none';

export interface Coding {
  readonly codec: DebCodec;
  readonly level?: number | undefined;
}

/** Levels each codec has; zstd's above 19 want windows that dpkg refuses. */
export const LEVELS: Readonly<Record<DebCodec, { readonly min: number; readonly max: number } | undefined>> = {
  gzip: { min: 1, max: 12 },
  xz: { min: 0, max: 9 },
  zstd: { min: 1, max: 19 },
  none: undefined,
};

const SUFFIX: Readonly<Record<DebCodec, string>> = { gzip: '.gz', xz: '.xz', zstd: '.zst', none: '' };

export function tarName(name: 'control' | 'data', { codec }: Coding): string {
  return `${name}.tar${SUFFIX[codec]}`;
}

/** A stream of zstd is made anew for each deb, for dpkg reads a single frame. */
export function codecNeeds({ codec, level }: Coding): Pick<Needs, 'codec' | 'level'> {
  if (codec === 'zstd' || codec === 'none') return {};
  return { codec: codec === 'gzip' ? 'deflate' : 'xz', ...(level === undefined ? {} : { level }) };
}

export interface Tar {
  readonly plain: Iterable<Plain>;
  readonly length: () => number;
}

/** One gzip member, one xz stream, one zstd frame: dpkg stops at the end of the first. */
export function compressed({ plain, length }: Tar, content: Pick<Content, 'crc32' | 'pieces'>, { codec, level }: Coding): Parts {
  const options = level === undefined ? {} : { level };
  if (codec === 'gzip') return gzip(plain, content, options);
  if (codec === 'xz') return xz(plain, content, options);
  return codec === 'zstd' ? [{ stream: plain, codec, length: length(), ...options }] : stored(plain);
}

function* stored(plain: Iterable<Plain>): Generator<Part, void, unknown> {
  for (const piece of plain) yield piece instanceof Uint8Array ? piece : { ...piece, codec: 'none' };
}
