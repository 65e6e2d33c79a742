import type { MarkResult, Part, Parts } from '@provisioning-dist/payload';
import { memberTooLarge } from './errors.ts';

/** ar as deb(5) knows it: no long names, sizes of ten decimal digits. */

export const AR_MAGIC = '!<arch>\n';
export const AR_HEADER = 60;

/** Offset and width in bytes of each field. */
export const AR_FIELDS = {
  name: { offset: 0, width: 16 },
  mtime: { offset: 16, width: 12 },
  uid: { offset: 28, width: 6 },
  gid: { offset: 34, width: 6 },
  mode: { offset: 40, width: 8 },
  size: { offset: 48, width: 10 },
  end: { offset: 58, width: 2 },
} as const;

const SIZE_MAX = 10 ** AR_FIELDS.size.width - 1;
/** Regular file, 0644. */
const MODE = '100644';
const PADDING = Uint8Array.of(0x0a);

export function arHeader(name: string, size: number, mtime: number): Uint8Array {
  if (size > SIZE_MAX) throw memberTooLarge(name, size);
  const values = { name, mtime: String(mtime), uid: '0', gid: '0', mode: MODE, size: String(size), end: '`\n' };
  const header = Buffer.alloc(AR_HEADER, ' ');
  for (const [field, { offset, width }] of Object.entries(AR_FIELDS)) {
    const value = values[field as keyof typeof AR_FIELDS];
    if (value.length > width) throw new RangeError(`Cannot write the ar header of "${name}": its ${field} "${value}" is longer than ${width}`);
    header.write(value, offset, 'latin1');
  }
  return header;
}

/** A member whose size is known when its parts are written. */
export function* arMember(name: string, parts: Parts, mtime: number): Generator<Part, void, MarkResult> {
  const { position: start } = yield { mark: [] };
  yield arHeader(name, 0, mtime);
  yield* parts as Iterable<Part, void, MarkResult>;
  const { position: end } = yield { mark: [] };
  const size = end - start - AR_HEADER;
  yield { patch: start, bytes: arHeader(name, size, mtime) };
  if (size % 2 === 1) yield PADDING;
}
