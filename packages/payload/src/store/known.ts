import { fileChanged } from '../content-error.ts';
import type { ContentFacts, Source } from '../part.ts';
import { nameOf } from './read-source.ts';

/** A content that was read in this run, and one place to read it again. */
export interface KnownContent {
  readonly source: Source;
  readonly length: number;
  readonly crc32: number;
}

/** Facts of the sources read in this run. */
export class Known {
  readonly #facts = new Map<string, ContentFacts>();
  readonly #contents = new Map<string, KnownContent>();
  readonly #memory = new WeakMap<Uint8Array, string>();
  #count = 0;

  /** Equal for sources that are the same file in the same state. */
  key(source: Source): string {
    if ('bytes' in source) return this.#memoryKey(source.bytes);
    return `${source.mtimeMs} ${source.size} ${source.eol ?? ''} ${source.file}`;
  }

  facts(source: Source): ContentFacts | undefined {
    return this.#facts.get(this.key(source));
  }

  content(sha256: string): KnownContent | undefined {
    return this.#contents.get(sha256);
  }

  /** Adds what a read found. Throws when an earlier read of the same source found another content. */
  learn(source: Source, found: ContentFacts): void {
    const key = this.key(source);
    const before = this.#facts.get(key);
    if (before && differ(before, found)) throw fileChanged(nameOf(source), 'it was modified while it was packaged');
    const facts = { ...found, digests: { ...before?.digests, ...found.digests } };
    this.#facts.set(key, facts);
    const { sha256 } = facts.digests;
    if (sha256 && !this.#contents.has(sha256)) this.#contents.set(sha256, { source, length: found.size, crc32: found.crc32 });
  }

  #memoryKey(bytes: Uint8Array): string {
    const key = this.#memory.get(bytes) ?? `memory ${++this.#count}`;
    this.#memory.set(bytes, key);
    return key;
  }
}

function differ(before: ContentFacts, found: ContentFacts): boolean {
  if (before.crc32 !== found.crc32) return true;
  const { sha256 } = before.digests;
  return sha256 !== undefined && found.digests.sha256 !== undefined && sha256 !== found.digests.sha256;
}
