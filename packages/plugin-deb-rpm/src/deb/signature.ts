import type { KeyHandle } from '@provisioning-dist/core';
import type { MarkResult, Part, Written } from '@provisioning-dist/payload';
import { AR_MAGIC, arHeader } from './ar.ts';

/** debsigs: a detached binary OpenPGP signature of debian-binary, control.tar and data.tar, as they are in the archive. */

const NO_BYTES = new Uint8Array();

/** ar(5): of a member's header, and where in it the size stands. */
const HEADER = { length: 60, size: 48, digits: 10 } as const;

/** Read at once. */
const PIECE = 1024 * 1024;

/** Roles of debsigs: the makers, a maintainer, an archive. */
export type SignRole = 'origin' | 'maint' | 'archive';

/** The last member, such as `_gpgorigin`, when everything else is written. */
export function* signatureMember(key: KeyHandle, role: SignRole, mtime: number): Generator<Part, void, MarkResult> {
  const ask = (written: Written) => key.openpgp(membersOf(written), { form: 'detached', armor: false });
  const { answer = NO_BYTES }: MarkResult = yield { ask };
  yield arHeader(`_gpg${role}`, answer.length, mtime);
  yield answer;
  if (answer.length % 2 === 1) yield Uint8Array.of(0x0a);
}

/** What the members hold, without their headers and padding. */
function* membersOf({ length, read }: Written): Generator<Uint8Array, void, undefined> {
  for (let at = AR_MAGIC.length; at < length; ) {
    const size = Number(Buffer.from(read(at + HEADER.size, HEADER.digits)).toString('latin1'));
    const start = at + HEADER.length;
    for (let position = start; position < start + size; position += PIECE) yield read(position, Math.min(PIECE, start + size - position));
    at = start + size + (size % 2);
  }
}
