import { encoderId, encoderOf, isSegmented } from '../encoders.ts';
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
  const load = { memory: encoder.memory(known), places: encoder.places };
  return { encoder, level: known, load, key: `${codec}-${known}-${encoderId(encoder.codec)}` };
}

/** The union of what formats need, by the size of a content: smaller ones travel in runs unless each is a segment. */
export function wantsOf(needs: readonly Needs[]): (source: Source) => Want {
  const declared = new Set(needs.flatMap((need) => need.digests ?? []));
  const segments = needs.map(segmentsOf);
  const steps = [...new Set([SEGMENT_MIN, ...segments.map(({ min }) => min)])].sort((a, b) => b - a);
  const wants = steps.map((step): readonly [number, Want] => [
    step,
    wantFor(
      declared,
      segments.filter(({ min }) => min <= step),
      step,
    ),
  ]);
  const small = wantFor(
    declared,
    segments.filter(({ min }) => min === 0),
    0,
  );
  return (source) => wants.find(([step]) => sizeOf(source) >= step)?.[1] ?? small;
}

/** The segments a format needs, of contents from `min` bytes on. */
interface Segments {
  readonly min: number;
  readonly coding: Coding | undefined;
}

function segmentsOf({ codec = 'none', level, segments }: Needs): Segments {
  const coding = isSegmented(codec) ? codingOf(codec, level) : undefined;
  return { min: segments === 'each' ? 0 : (coding?.encoder.segmentMin ?? SEGMENT_MIN), coding };
}

/** A content that may travel on its own is named by its sha256. */
function wantFor(declared: ReadonlySet<Digest>, segments: readonly Segments[], size: number): Want {
  const codings = segments.flatMap(({ coding }) => coding ?? []);
  const digests = new Set(declared);
  if (size >= SEGMENT_MIN || segments.length > 0) digests.add('sha256');
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
