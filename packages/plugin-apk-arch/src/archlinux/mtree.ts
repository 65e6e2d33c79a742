import { gzipSync } from 'node:zlib';
import type { Content, Member } from '@provisioning-dist/payload';

/** mtree(5) as bsdtar writes it: what pacman -Qkk compares the installed files with. */

export function mtree(members: Iterable<Member>, content: Pick<Content, 'facts'>, date: number): Uint8Array {
  const lines = [...members].map((member) => `./${escaped(member.path)} time=${date}.0 ${wordsOf(member, content)}\n`);
  const packed = gzipSync(`#mtree\n/set type=file uid=0 gid=0 mode=644\n${lines.join('')}`, { level: 9 });
  // RFC 1952, 2.3: the system's byte is Unix on every host.
  packed[9] = 3;
  return packed;
}

function wordsOf(member: Member, content: Pick<Content, 'facts'>): string {
  const mode = member.type === 'file' && member.mode === 0o644 ? '' : `mode=${member.mode.toString(8)} `;
  if (member.type === 'directory') return `${mode}type=dir`;
  if (member.type === 'symlink') return `${mode}type=link link=${escaped(member.target)}`;
  const { md5, sha256 } = content.facts(member.source).digests;
  if (md5 === undefined || sha256 === undefined) throw new RangeError(`Cannot list "${member.path}": its digests were not prepared`);
  return `${mode}size=${member.size} md5digest=${md5} sha256digest=${sha256}`;
}

/** Three octal digits for each byte that separates, begins a comment or is not ASCII. */
function escaped(text: string): string {
  return Array.from(Buffer.from(text), (byte) =>
    byte > 0x20 && byte < 0x7f && byte !== 0x23 && byte !== 0x3d && byte !== 0x5c
      ? String.fromCharCode(byte)
      : `\\${byte.toString(8).padStart(3, '0')}`,
  ).join('');
}
