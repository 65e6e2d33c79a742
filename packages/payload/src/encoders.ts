import { constants, deflateRawSync } from 'node:zlib';
import { deflate } from './deflate.ts';
import { sha256 } from './digest.ts';
import type { Encoder } from './encoder.ts';
import type { Codec } from './part.ts';
import { zstd } from './zstd.ts';

const ENCODERS: Readonly<Partial<Record<Codec, Encoder>>> = { deflate, zstd };

/** The encoder of a codec. Throws RangeError for one that makes no segments. */
export function encoderOf(codec: Codec): Encoder {
  const encoder = ENCODERS[codec];
  if (!encoder) throw new RangeError(`Cannot make segments with "${codec}": it has no encoder`);
  return encoder;
}

/** What the encoders of this process are: versions, and whether deflate gives the bytes it gives on official Node builds. */
export interface EncoderProbe {
  readonly deflate: string;
  readonly reproducible: boolean;
}

/** sha256 of the probe's output on official Node builds (20, 22, 24; x64 and arm64). */
const GOLDEN = '33b68a0ce39387f1ec2eed9e269991b3323cc27217bfa30133ebf44e3aac494f';

let probed: EncoderProbe | undefined;

/** Compresses a fixed input once per process and compares it with the known result. */
export function probeEncoders(): EncoderProbe {
  if (probed) return probed;
  const result = sha256(deflateRawSync(probeInput(), { level: deflate.level, finishFlush: constants.Z_SYNC_FLUSH }));
  probed = { deflate: `zlib-${process.versions.zlib}-${result.slice(0, 8)}`, reproducible: result === GOLDEN };
  return probed;
}

/** Names the bytes an encoder makes: kept segments of another id are not used. */
export function encoderId(codec: Codec): string {
  const version = codec === 'deflate' ? probeEncoders().deflate : `${codec}-${process.versions[codec] ?? process.version}`;
  return sha256(Buffer.from(version)).slice(0, 12);
}

/** Repetitive and noisy bytes in turns, so that matches, literals and lazy evaluation all take part. */
function probeInput(): Uint8Array {
  const out = Buffer.allocUnsafe(96 * 1024);
  for (let at = 0, state = 1; at < out.length; at++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    const noisy = (at >> 12) % 3 === 0;
    out[at] = noisy ? state >>> 24 : 'provisioning-dist'.charCodeAt((state >>> 28) + (at % 2));
  }
  return out;
}
