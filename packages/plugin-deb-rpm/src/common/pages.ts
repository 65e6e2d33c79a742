import { gzipSync } from 'node:zlib';
import type { Content } from '@provisioning-dist/payload';
import type { Placed } from './generated.ts';

/** Manual pages are installed as gzip files. */

const MAN_PAGE = /^(?:.*\/)?share\/man\/(?:.+\/)?man[1-9]\/[^/]+\.[1-9][^./]*$/;

export function withCompressedPages<Each extends Placed>(placed: readonly Each[], content: Pick<Content, 'bytes'>): readonly Each[] {
  return placed.map((each) => (MAN_PAGE.test(each.member.path) ? compressedPage(each, content) : each));
}

function compressedPage<Each extends Placed>(placed: Each, content: Pick<Content, 'bytes'>): Each {
  const { member } = placed;
  const path = `${member.path}.gz`;
  if (member.type === 'symlink') return { ...placed, member: { ...member, path, target: `${member.target}.gz` } };
  if (member.type !== 'file') return placed;
  const bytes = smallest(content.bytes(member.source));
  return { ...placed, member: { ...member, path, size: bytes.length, source: { bytes } }, made: true };
}

/** As `gzip -9n`: lintian looks at the byte that tells of the level. The system's byte is Unix on every host (RFC 1952, 2.3). */
export function smallest(bytes: Uint8Array): Uint8Array {
  const packed = gzipSync(bytes, { level: 9 });
  packed[9] = 3;
  return packed;
}
