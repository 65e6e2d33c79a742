import { gzipSync } from 'node:zlib';
import type { Content, Member } from '@provisioning-dist/payload';

/** mtree(5) as bsdtar writes it: what pacman -Qkk compares the installed files with. */

export function mtree(members: Iterable<Member>, content: Pick<Content, 'facts'>, date: number): Uint8Array {
  const digests = (member: Member): Digests => (member.type === 'file' ? content.facts(member.source).digests : {});
  const lines = [...members].map((member) => `${mtreeText(member, date, digests(member))}\n`);
  const packed = gzipSync(`#mtree\n/set type=file uid=0 gid=0 mode=644\n${lines.join('')}`, { level: 9 });
  // RFC 1952, 2.3: the system's byte is Unix on every host.
  packed[9] = 3;
  return packed;
}

type Digests = Readonly<Partial<Record<'md5' | 'sha256', string>>>;

export interface MtreeEntry {
  readonly type: string;
  readonly path: string;
  readonly mode: number;
  readonly size?: number;
  readonly target?: string;
}

/** The line of one entry. */
export function mtreeText(entry: MtreeEntry, date: number, digests: Digests): string {
  return `./${escaped(entry.path)} time=${date}.0 ${wordsOf(entry, digests)}`;
}

function wordsOf({ type, path, mode, size = 0, target = '' }: MtreeEntry, { md5, sha256 }: Digests): string {
  const words = type === 'file' && mode === 0o644 ? '' : `mode=${mode.toString(8)} `;
  if (type === 'directory') return `${words}type=dir`;
  if (type === 'symlink') return `${words}type=link link=${escaped(target)}`;
  if (md5 === undefined || sha256 === undefined) throw new RangeError(`Cannot list "${path}": its digests were not prepared`);
  return `${words}size=${size} md5digest=${md5} sha256digest=${sha256}`;
}

/** Three octal digits for each byte that separates, begins a comment or is not ASCII. */
function escaped(text: string): string {
  return Array.from(Buffer.from(text), (byte) =>
    byte > 0x20 && byte < 0x7f && byte !== 0x23 && byte !== 0x3d && byte !== 0x5c
      ? String.fromCharCode(byte)
      : `\\${byte.toString(8).padStart(3, '0')}`,
  ).join('');
}
