import type { FormatJob } from '@provisioning-dist/core';
import { type MarkResult, type Member, type Part, type Parts, type TarOptions, tar, tarLength } from '@provisioning-dist/payload';
import { type MixedContent, mixedContent } from '../common/generated.ts';
import { AR_MAGIC, arHeader, arMember } from './ar.ts';
import { type Coding, compressed, tarName } from './codec.ts';
import type { DebOptions } from './options.ts';
import { debContents } from './package.ts';
import { signatureMember } from './signature.ts';

const FORMAT_VERSION = Buffer.from('2.0\n');

/** deb(5): an ar archive of the format's version, control.tar, data.tar and, when asked for, a signature of these three. */
export function* debParts(job: FormatJob<DebOptions>): Generator<Part, void, MarkResult> {
  const { options, date } = job;
  const { content, data, control } = debContents(job);
  yield Buffer.from(AR_MAGIC);
  yield arHeader('debian-binary', FORMAT_VERSION.length, date);
  yield FORMAT_VERSION;
  const made = mixedContent(job.content, new Set(control.flatMap((member) => (member.type === 'file' ? [member.source] : []))));
  yield* arMember(tarName('control', options), tarParts(control, made, { coding: options, date }), date);
  yield* arMember(tarName('data', options), tarParts(data, content, { coding: options, date }), date);
  if (options.sign !== undefined) yield* signatureMember(job.key(options.sign), options.signRole, date);
}

function tarParts(members: readonly Member[], mixed: MixedContent, { coding, date }: { readonly coding: Coding; readonly date: number }): Parts {
  // dpkg refuses PAX headers.
  const options: TarOptions = { dialect: 'gnu', mtime: date, owner: 'member', prefix: './' };
  const plain = mixed.inlined(tar(members, mixed.content, options));
  return compressed({ plain, length: () => tarLength(members, options) }, mixed, coding);
}
