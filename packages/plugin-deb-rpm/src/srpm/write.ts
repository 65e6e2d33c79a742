import { createHash, type Hash } from 'node:crypto';
import type { FormatJob } from '@provisioning-dist/core';
import {
  type Content,
  type ContentFacts,
  type CpioOptions,
  cpio,
  cpioLength,
  type MarkResult,
  type Part,
  type Plain,
  type Source,
  tar,
} from '@provisioning-dist/payload';
import { compressed } from '../rpm/codec.ts';
import { LEAD_LENGTH, lead } from '../rpm/lead.ts';
import { NO_SIGNATURE, signatureHeader } from '../rpm/signature.ts';
import { TAG } from '../rpm/tags.ts';
import type { SrpmOptions } from './options.ts';
import { inOrder, type SrpmContents, srpmContents } from './package.ts';

/** Lead, signature header, header, payload; the headers are written again when the payload is known, as in an rpm. */
export function* srpmParts(job: FormatJob<SrpmOptions>): Generator<Part, void, MarkResult> {
  const { options, date, content } = job;
  const contents = srpmContents(job);
  const { header } = contents;
  const cpioOptions: CpioOptions = { form: 'newc', mtime: date };
  const key = options.sign === undefined ? undefined : job.key(options.sign);
  const payloadSize = cpioLength(inOrder(contents.spec, contents.tarball), cpioOptions);
  const facts = { header: header.bytes, size: 0, payloadSize, large: false };
  const planned = signatureHeader({ ...facts, signature: key && { id: key.id, bytes: NO_SIGNATURE } });
  yield lead(contents.nameVersionRelease, contents.arch, 'source');
  yield planned;
  yield Uint8Array.from(header.bytes);
  const { position: start } = yield { mark: ['sha256'] };
  const sources = createHash('sha256');
  yield* compressed(payload(contents, { content, hash: sources, cpio: cpioOptions }), content, options);
  const { position: end, digests }: MarkResult = yield { mark: ['sha256'] };
  header.replace(TAG.fileDigests, contents.fileDigests(sources.digest('hex')));
  header.replace(TAG.payloadDigest, Buffer.from(`${digests.sha256}\0`));
  const answered: MarkResult | undefined = key && (yield { ask: () => key.openpgp(header.bytes, { form: 'detached', armor: false }) });
  const signature = key && { id: key.id, bytes: answered?.answer ?? NO_SIGNATURE };
  yield { patch: LEAD_LENGTH, bytes: signatureHeader({ ...facts, size: end - start + header.bytes.length, signature }) };
  yield { patch: LEAD_LENGTH + planned.length, bytes: header.bytes };
}

interface Sources {
  readonly content: Content;
  /** Sees the bytes of the tar. */
  readonly hash: Hash;
  readonly cpio: CpioOptions;
}

/** The archive of both files, with the tar where its content belongs. */
function* payload({ spec, tarball, tree, tarOptions }: SrpmContents, { content, hash, cpio: options }: Sources): Generator<Plain, void, undefined> {
  for (const piece of cpio(inOrder(spec, tarball), madeContent(spec, tarball), options)) {
    if (piece instanceof Uint8Array) yield piece;
    else if (piece.sha256 === spec.path) yield spec.source.bytes;
    else yield* hashed(tar(tree, content, tarOptions), { content, hash });
  }
}

/** The spec and the tar are in no store: they are known by their names here. */
function madeContent(spec: SrpmContents['spec'], tarball: SrpmContents['tarball']): Content {
  const unused = (): never => {
    throw new RangeError('Cannot write an archive: it asks for what its form does not need');
  };
  const facts = (source: Source): ContentFacts => {
    const { path, size } = source === spec.source ? spec : tarball;
    return { size, crc32: 0, digests: { sha256: path } };
  };
  return { facts, crc32: unused, encodedLength: unused, bytes: () => spec.source.bytes, read: unused, pieces: unused };
}

function* hashed(plain: Iterable<Plain>, { content, hash }: Pick<Sources, 'content' | 'hash'>): Generator<Plain, void, undefined> {
  for (const piece of plain) {
    if (piece instanceof Uint8Array) hash.update(piece);
    else for (const bytes of content.pieces(piece)) hash.update(bytes);
    yield piece;
  }
}
