import type { FormatJob } from '@provisioning-dist/core';
import { gzip, type MarkResult, type Part } from '@provisioning-dist/payload';
import type { ApkOptions } from './options.ts';
import { apkContents, checksums } from './package.ts';
import { signer } from './signature.ts';
import { storedGzip } from './stored-gzip.ts';
import { tarSegment } from './tar-segment.ts';

const UNKNOWN = '0'.repeat(64);

/** Three gzip members: signature, control, data. Each tells the digest of the next, so the first two are written again when all is there. */
export function* apkParts(job: FormatJob<ApkOptions>): Generator<Part, void, MarkResult> {
  const { options, content, date } = job;
  const { tree, control } = apkContents(job);
  const signing = options.sign === undefined ? undefined : signer(job.key(options.sign), options, job.release);
  const size = signing === undefined ? 0 : Number(Buffer.from((yield { ask: signing.length }).answer ?? '').toString());
  const signature = signing?.segment(new Uint8Array(size), date) ?? new Uint8Array();
  yield signature;
  yield storedGzip(control(UNKNOWN));
  yield { mark: ['sha256'] };
  const data = tarSegment(tree, content, { mtime: date, end: true, checksum: checksums(content) });
  yield* gzip(data, content, options.level === undefined ? {} : { level: options.level });
  const { digests } = yield { mark: ['sha256'] };
  const segment = storedGzip(control(digests.sha256 ?? UNKNOWN));
  yield { patch: signature.length, bytes: segment };
  if (signing === undefined) return;
  const { answer = new Uint8Array(size) } = yield { ask: () => signing.sign(segment, size) };
  yield { patch: 0, bytes: signing.segment(answer, date) };
}
