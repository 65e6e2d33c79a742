import type { KeyHandle } from '@provisioning-dist/core';
import type { MarkResult, Part, Parts } from '@provisioning-dist/payload';
import { arHeader } from './ar.ts';
import type { DebCodec } from './codec.ts';
import { cannotSign } from './errors.ts';

/** debsigs: a detached binary OpenPGP signature of debian-binary, control.tar and data.tar, as they are in the archive. */

/** Lets the parts of a member through and keeps what they become. */
export type Tap = (parts: Parts) => Parts;

export interface DebSignature {
  readonly tap: Tap;
  /** The member `_gpgorigin`, when everything else is written. */
  readonly member: (mtime: number) => Generator<Part, void, MarkResult>;
}

/** A key takes bytes, so what it signs is held in memory. */
const SIGNED_MAX = 1024 ** 3;
const NO_BYTES = new Uint8Array();

export function signatureOf(key: KeyHandle, codec: DebCodec): DebSignature {
  // Nobody sees the bytes of a stream before they are in the file.
  if (codec === 'zstd') throw cannotSign(key.id, 'its codec is zstd, of which the bytes are not known while it is written');
  const signed = new Signed(key.id);
  return {
    tap: (parts) => signed.watch(parts),
    *member(mtime) {
      const { answer = NO_BYTES }: MarkResult = yield { ask: () => key.openpgp(signed.bytes(), { form: 'detached', armor: false }) };
      yield arHeader('_gpgorigin', answer.length, mtime);
      yield answer;
      if (answer.length % 2 === 1) yield Uint8Array.of(0x0a);
    },
  };
}

/** Bytes in the order of their parts, also those that are known later. */
class Signed {
  readonly #id: string;
  readonly #slots: Uint8Array[][] = [];
  #length = 0;

  constructor(id: string) {
    this.#id = id;
  }

  *watch(parts: Parts): Generator<Part, void, MarkResult> {
    const iterator = parts[Symbol.iterator]();
    for (let step = iterator.next(); !step.done; ) {
      const answer = yield this.#seen(step.value);
      step = answer === undefined ? iterator.next() : iterator.next(answer);
    }
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.#slots.flat(), this.#length);
  }

  #seen(part: Part): Part {
    const slot: Uint8Array[] = [];
    this.#slots.push(slot);
    if (part instanceof Uint8Array) this.#keep(slot, part);
    if (part instanceof Uint8Array || !('codec' in part) || 'stream' in part) return part;
    const { seen } = part;
    return {
      ...part,
      seen: (encoded) => {
        this.#keep(slot, encoded);
        seen?.(encoded);
      },
    };
  }

  #keep(slot: Uint8Array[], bytes: Uint8Array): void {
    this.#length += bytes.length;
    if (this.#length > SIGNED_MAX) throw cannotSign(this.#id, `it has more than ${SIGNED_MAX} bytes, and a signature inside it needs them in memory`);
    slot.push(Uint8Array.from(bytes));
  }
}
