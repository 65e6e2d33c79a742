import { createHash, type Hash } from 'node:crypto';
import type { FormatJob } from '@provisioning-dist/core';
import { type CpioOptions, cpio, cpioLength, type MarkResult, type Part, type Plain } from '@provisioning-dist/payload';
import type { MixedContent } from '../common/generated.ts';
import { compressed } from './codec.ts';
import { LARGE } from './files.ts';
import { LEAD_LENGTH, lead } from './lead.ts';
import type { RpmOptions } from './options.ts';
import { type RpmContents, rpmContents } from './package.ts';
import { NO_SIGNATURE, signatureHeader } from './signature.ts';
import { TAG } from './tags.ts';

/** What compression may add to what it cannot compress. */
const MARGIN = 64 * 1024 * 1024;

/** Lead, signature header, header, payload. Both headers are as long as they will be, and written again when the payload is known. */
export function* rpmParts(job: FormatJob<RpmOptions>): Generator<Part, void, MarkResult> {
  const { options, date } = job;
  const contents = rpmContents(job);
  const { header, members, numbers, form, content } = contents;
  const cpioOptions: CpioOptions = { form, mtime: date, prefix: './', numbers };
  const payloadSize = cpioLength(members, cpioOptions);
  const key = options.sign === undefined ? undefined : job.key(options.sign);
  const facts = { header: header.bytes, size: 0, payloadSize, large: payloadSize + header.bytes.length + MARGIN >= LARGE };
  const planned = signatureHeader({ ...facts, signature: key && { id: key.id, bytes: NO_SIGNATURE } });
  yield lead(contents.nameVersionRelease, contents.arch);
  yield planned;
  yield Uint8Array.from(header.bytes);
  const { position: start } = yield { mark: ['sha256'] };
  const unpacked = createHash('sha256');
  const plain = payload(contents, cpioOptions);
  yield* compressed(options.payloadDigestAlt ? watched(unpacked, plain, content) : plain, content, options);
  const { position: end, digests }: MarkResult = yield { mark: ['sha256'] };
  header.replace(TAG.payloadDigest, Buffer.from(`${digests.sha256}\0`));
  if (options.payloadDigestAlt) header.replace(TAG.payloadDigestAlt, Buffer.from(`${unpacked.digest('hex')}\0`));
  const answered: MarkResult | undefined = key && (yield { ask: () => key.openpgp(header.bytes, { form: 'detached', armor: false }) });
  const signature = key && { id: key.id, bytes: answered?.answer ?? NO_SIGNATURE };
  yield { patch: LEAD_LENGTH, bytes: signatureHeader({ ...facts, size: end - start + header.bytes.length, signature }) };
  yield { patch: LEAD_LENGTH + planned.length, bytes: header.bytes };
}

function payload({ members, content }: RpmContents, options: CpioOptions): Iterable<Plain> {
  return content.inlined(cpio(members, content.content, options));
}

function* watched(hash: Hash, plain: Iterable<Plain>, { pieces }: Pick<MixedContent, 'pieces'>): Generator<Plain, void, undefined> {
  for (const piece of plain) {
    if (piece instanceof Uint8Array) hash.update(piece);
    else for (const bytes of pieces(piece)) hash.update(bytes);
    yield piece;
  }
}
