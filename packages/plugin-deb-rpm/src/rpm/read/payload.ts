import { createHash, type Hash } from 'node:crypto';
import type { ReadSource } from '@provisioning-dist/core';
import { type CpioEntry, type Elf, readCpio, readElf } from '@provisioning-dist/payload';
import { piecesOf, plainOf, streamProblems } from '../../common/streams.ts';
import { SIGNATURE_TAG, TAG } from '../tags.ts';
import { error, type Problem, warning } from './findings.ts';
import { isGhost, type ListedFile } from './listed.ts';
import type { Parts } from './parts.ts';

/** What the payload holds, read to its end, against what the header tells of it. */
export interface PayloadReading {
  readonly contents: ReadonlyMap<string, Content>;
  readonly problems: readonly Problem[];
}

/** A file of the payload. */
export interface Content {
  readonly sha256: string;
  readonly size: number;
  /** The first bytes; of small files all. */
  readonly head: Buffer;
  readonly elf: Elf | undefined;
}

const HEAD = 64 * 1024;
const SUFFIX: Readonly<Record<string, string>> = { gzip: '.gz', xz: '.xz', zstd: '.zst' };

export async function readPayload(source: ReadSource, parts: Parts, files: readonly ListedFile[]): Promise<PayloadReading> {
  const name = parts.header.text(TAG.payloadCompressor);
  const suffix = name === undefined ? '' : SUFFIX[name];
  if (suffix === undefined) return { contents: new Map(), problems: [error('compressor', `The payload is compressed with "${name}"`)] };
  const member = { name: `payload${suffix}`, position: parts.payload, size: source.size - parts.payload, mtime: 0 };
  const problems: Problem[] =
    suffix === '.zst' ? [] : streamProblems(source, member).map(({ level, message }) => ({ ...error('stream', message), level }));
  const packed = createHash('sha256');
  for (const piece of piecesOf(source, member)) packed.update(piece);
  if (parts.header.text(TAG.payloadDigest) !== packed.digest('hex'))
    problems.push(error('payload-digest', 'The sha256 of the payload is another than the header tells'));
  const plain = new Counted(plainOf(source, member));
  const contents = new Map<string, Content>();
  try {
    const byPath = new Map(files.map((file) => [file.path, file]));
    for await (const entry of readCpio(plain.pieces(), { file: (index) => sizeOf(files[index]) }))
      problems.push(...(await checkEntry(entry, { files, byPath, contents })));
    problems.push(...plain.problems(parts), ...missingProblems(files, contents));
  } catch (cause) {
    problems.push(error('unreadable', cause instanceof Error ? cause.message : String(cause)));
  }
  return { contents, problems };
}

function sizeOf(file: ListedFile | undefined): { readonly mode: number; readonly size: number } | undefined {
  return file && { mode: file.fullMode, size: file.type === 'directory' ? 0 : file.size };
}

/** Bytes on their way, counted and hashed. */
class Counted {
  readonly #plain: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  readonly #hash: Hash = createHash('sha256');
  #size = 0;

  constructor(plain: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
    this.#plain = plain;
  }

  async *pieces(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const piece of this.#plain) {
      this.#hash.update(piece);
      this.#size += piece.length;
      yield piece;
    }
  }

  problems({ header, signature }: Parts): readonly Problem[] {
    const size = signature.number(SIGNATURE_TAG.payloadSize) ?? signature.number(SIGNATURE_TAG.longArchiveSize);
    const digest = header.text(TAG.payloadDigestAlt);
    return [
      ...(size === this.#size ? [] : [error('payload-size', `The payload has ${this.#size} bytes, the signature header tells ${size}`)]),
      ...(digest === undefined || digest === this.#hash.digest('hex')
        ? []
        : [error('payload-digest', 'The sha256 of the unpacked payload is another than the header tells')]),
    ];
  }
}

interface Known {
  readonly files: readonly ListedFile[];
  readonly byPath: ReadonlyMap<string, ListedFile>;
  readonly contents: Map<string, Content>;
}

async function checkEntry(entry: CpioEntry, { files, byPath, contents }: Known): Promise<readonly Problem[]> {
  const file = entry.form === 'stripped' ? files[entry.index ?? -1] : byPath.get(entry.path.replace(/^\.?\//, ''));
  const path = file?.path ?? entry.path;
  if (file === undefined) return [error('not-listed', 'The payload has it, the list of files not: rpm stops there', path)];
  if (contents.has(path)) return [error('duplicate', 'It is in the payload twice', path)];
  const content = await contentOf(entry);
  contents.set(path, content);
  // The data of hard links is that of the last one.
  const linked = file.type === 'file' && entry.nlink > 1 && content.size === 0;
  const wrong = [
    ...(entry.form === 'stripped' || entry.path.startsWith('./') ? [] : [warning('prefix', `It is stored as "${entry.path}", without "./"`, path)]),
    ...(entry.type === file.type && entry.mode === file.mode ? [] : [error('mode', 'Type or mode are others in the payload', path)]),
    ...(file.type === 'symlink' && entry.target !== file.target ? [error('target', 'The target is another in the payload', path)] : []),
    ...(entry.form !== 'stripped' && entry.mtime !== file.mtime ? [error('time', 'The time is another in the payload', path)] : []),
  ];
  return file.type !== 'file' || linked || content.sha256 === file.sha256
    ? wrong
    : [...wrong, error('file-digest', 'The content is another than the header tells', path)];
}

async function contentOf({ body }: CpioEntry): Promise<Content> {
  const hash = createHash('sha256');
  const kept: Buffer[] = [];
  let size = 0;
  for await (const piece of body) {
    hash.update(piece);
    if (size < HEAD) kept.push(Buffer.from(piece.subarray(0, HEAD - size)));
    size += piece.length;
  }
  const head = Buffer.concat(kept);
  return { sha256: hash.digest('hex'), size, head, elf: readElf(head) };
}

function missingProblems(files: readonly ListedFile[], contents: ReadonlyMap<string, Content>): readonly Problem[] {
  return files
    .filter((file) => !isGhost(file) && !contents.has(file.path))
    .map(({ path }) => error('not-packed', 'The list of files has it, the payload not', path));
}
