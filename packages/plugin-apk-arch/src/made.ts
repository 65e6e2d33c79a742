import { createHash } from 'node:crypto';
import type { Content, ContentFacts, Member, Plain, Source } from '@provisioning-dist/payload';

/** Files made while a package is written: the content store knows nothing of them. */

export interface MixedContent {
  readonly content: Content;
  /** The stream with what the store does not know as bytes. */
  readonly inlined: (plain: Iterable<Plain>) => Iterable<Plain>;
}

export function madeFile(path: string, bytes: Uint8Array, mode = 0o644): Member & { readonly type: 'file' } {
  return { type: 'file', path, mode, size: bytes.length, source: { bytes } };
}

export function mixedContent(store: Content, made: readonly Member[]): MixedContent {
  const known = new Map<Source, { readonly bytes: Uint8Array; readonly facts: ContentFacts }>();
  const byDigest = new Map<string, Uint8Array>();
  for (const member of made) {
    if (member.type !== 'file' || !('bytes' in member.source)) continue;
    const { bytes } = member.source;
    const facts = factsOf(bytes);
    known.set(member.source, { bytes, facts });
    byDigest.set(facts.digests.sha256 ?? '', bytes);
  }
  const content: Content = {
    facts: (source) => known.get(source)?.facts ?? store.facts(source),
    crc32: (sha256) => store.crc32(sha256),
    encodedLength: (source, codec, level) => store.encodedLength(source, codec, level),
    bytes: (source) => known.get(source)?.bytes ?? store.bytes(source),
    read: (source, target) => {
      const there = known.get(source);
      if (there === undefined) store.read(source, target);
      else target.set(there.bytes);
    },
    pieces: (ref) => store.pieces(ref),
  };
  return {
    content,
    inlined: function* (plain) {
      for (const piece of plain) yield piece instanceof Uint8Array ? piece : (byDigest.get(piece.sha256) ?? piece);
    },
  };
}

function factsOf(bytes: Uint8Array): ContentFacts {
  const digest = (name: string): string => createHash(name).update(bytes).digest('hex');
  return { size: bytes.length, crc32: 0, digests: { sha256: digest('sha256'), md5: digest('md5') } };
}
