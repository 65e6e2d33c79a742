import { encoderId, encoderOf } from '../encoders.ts';
import { type Codec, type Digest, type Needs, SEGMENT_MIN, type Source } from '../part.ts';
import type { Coding } from '../segment.ts';
import { sizeOf } from './read-source.ts';

/** What has to be known and kept of one source. */
export interface Want {
  readonly digests: ReadonlySet<Digest>;
  /** By their keys. */
  readonly codings: ReadonlyMap<string, Coding>;
}

/** Asked for every segment, made once. */
const codings = new Map<string, Coding>();

export function codingOf(codec: Codec, level?: number): Coding {
  const name = `${codec} ${level}`;
  const coding = codings.get(name) ?? makeCoding(codec, level);
  codings.set(name, coding);
  return coding;
}

function makeCoding(codec: Codec, level: number | undefined): Coding {
  const encoder = encoderOf(codec);
  const known = level ?? encoder.level;
  return { encoder, level: known, key: `${codec}-${known}-${encoderId(codec)}` };
}

/** The union of what formats need, for contents of either kind: of a segment's size, and smaller. */
export function wantsOf(needs: readonly Needs[]): (source: Source) => Want {
  const declared = new Set(needs.flatMap((need) => need.digests ?? []));
  const large = wantFor(declared, needs, true);
  const each = needs.filter((need) => need.segments === 'each');
  const small = wantFor(declared, each, each.length > 0);
  return (source) => (sizeOf(source) >= SEGMENT_MIN ? large : small);
}

/** A segment is named by its content's sha256. */
function wantFor(declared: ReadonlySet<Digest>, needs: readonly Needs[], segments: boolean): Want {
  const codings = needs.flatMap(({ codec, level }) => (codec === undefined || codec === 'none' ? [] : codingOf(codec, level)));
  const digests = new Set(declared);
  if (segments) digests.add('sha256');
  return { digests, codings: new Map(codings.map((coding) => [coding.key, coding])) };
}

export function isEmpty(want: Want): boolean {
  return want.digests.size === 0 && want.codings.size === 0;
}

export function covers(want: Want, other: Want): boolean {
  return [...other.digests].every((name) => want.digests.has(name)) && [...other.codings.keys()].every((key) => want.codings.has(key));
}

export function join(want: Want, other: Want): Want {
  return { digests: new Set([...want.digests, ...other.digests]), codings: new Map([...want.codings, ...other.codings]) };
}
