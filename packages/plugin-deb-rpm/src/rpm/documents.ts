import { gzipSync } from 'node:zlib';
import type { Content, Member, Source } from '@provisioning-dist/payload';
import type { Placed } from './place.ts';

/** What rpmbuild's brp-compress does: manual pages are installed as gzip files. */

const MAN_PAGE = /^(?:.*\/)?share\/man\/(?:.+\/)?man[1-9]\/[^/]+\.[1-9][^./]*$/;

export function withCompressedPages(placed: readonly Placed[], content: Pick<Content, 'bytes'>): readonly Placed[] {
  return placed.map((each) => (MAN_PAGE.test(each.member.path) ? compressedPage(each, content) : each));
}

/** The sources of what was made here. */
export function madeSources(placed: readonly Placed[]): ReadonlySet<Source> {
  return new Set(placed.flatMap(({ member, made }) => (member.type === 'file' && made ? [member.source] : [])));
}

function compressedPage(placed: Placed, content: Pick<Content, 'bytes'>): Placed {
  const { member } = placed;
  const path = `${member.path}.gz`;
  if (member.type === 'symlink') return { ...placed, member: { ...member, path, target: `${member.target}.gz` } };
  if (member.type !== 'file') return placed;
  const bytes = smallest(content.bytes(member.source));
  const packed: Member = { ...member, path, size: bytes.length, source: { bytes } };
  return { ...placed, member: packed, made: true };
}

/** As `gzip -9n` on every host: no name, no time, Unix as the system (RFC 1952, 2.3). */
function smallest(bytes: Uint8Array): Uint8Array {
  const packed = gzipSync(bytes, { level: 9 });
  packed[9] = 3;
  return packed;
}
