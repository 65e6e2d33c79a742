import { createHash } from 'node:crypto';
import type { Content, ContentFacts, Member, Plain, Source } from '@provisioning-dist/payload';

/** Bytes made while a package is written: the content store knows nothing of them. */

interface Known {
  readonly bytes: Uint8Array;
  readonly facts: ContentFacts;
}

/** A member whose bytes may be none of the distribution. */
export interface Placed {
  readonly member: Member;
  readonly made?: boolean;
}

/** The sources of what was made here. */
export function madeSources(placed: readonly Placed[]): ReadonlySet<Source> {
  return new Set(placed.flatMap(({ member, made }) => (member.type === 'file' && made ? [member.source] : [])));
}

/** A view of the store that knows what was made here as well. */
export interface MixedContent extends Pick<Content, 'crc32' | 'pieces'> {
  readonly content: Content;
  readonly md5: (source: Source) => string;
  /** The stream with what the store does not know as bytes. */
  readonly inlined: (plain: Iterable<Plain>) => Iterable<Plain>;
}

export function mixedContent(store: Content, made: ReadonlySet<Source>): MixedContent {
  const bySource = new Map<Source, Known>();
  const byDigest = new Map<string, Uint8Array>();
  for (const source of made) {
    if (!('bytes' in source)) continue;
    const known = knownOf(source.bytes);
    bySource.set(source, known);
    byDigest.set(known.facts.digests.sha256 ?? '', source.bytes);
  }
  const facts = (source: Source): ContentFacts => bySource.get(source)?.facts ?? store.facts(source);
  const content: Content = {
    facts,
    crc32: (sha256) => store.crc32(sha256),
    encodedLength: (source, codec, level) => store.encodedLength(source, codec, level),
    bytes: (source) => bySource.get(source)?.bytes ?? store.bytes(source),
    read: (source, target) => {
      const known = bySource.get(source);
      if (known) target.set(known.bytes);
      else store.read(source, target);
    },
    pieces: (ref) => store.pieces(ref),
  };
  return {
    content,
    crc32: content.crc32,
    pieces: content.pieces,
    md5: (source) => facts(source).digests.md5 ?? unprepared(),
    inlined: function* (plain) {
      for (const piece of plain) yield piece instanceof Uint8Array ? piece : (byDigest.get(piece.sha256) ?? piece);
    },
  };
}

function knownOf(bytes: Uint8Array): Known {
  const digest = (name: string): string => createHash(name).update(bytes).digest('hex');
  return { bytes, facts: { size: bytes.length, crc32: 0, digests: { sha256: digest('sha256'), md5: digest('md5') } } };
}

function unprepared(): never {
  throw new RangeError('Cannot list md5sums: the digest of a file was not prepared');
}
