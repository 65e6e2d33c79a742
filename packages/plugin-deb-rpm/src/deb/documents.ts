import { type Content, type Elf, isStaticElf, type Member, readElf } from '@provisioning-dist/payload';
import { smallest, withCompressedPages } from '../common/pages.ts';
import { docFolder } from '../common/place.ts';
import { changelogText } from './changelog.ts';
import type { ControlFacts } from './control.ts';
import { copyrightText, isLicenseText } from './copyright.ts';
import type { Placed } from './tree.ts';

/** What Debian wants beside the files: copyright, changelog, compressed man pages, overrides for lintian. */

export interface DocumentFacts extends Pick<ControlFacts, 'release' | 'options' | 'names' | 'version'> {
  /** Seconds since 1970 UTC. */
  readonly date: number;
}

/** Bytes of a file that its ELF headers are looked for in. */
const HEAD = 64 * 1024;
const OVERRIDES = 'usr/share/lintian/overrides';

export function withDocuments(placed: readonly Placed[], facts: DocumentFacts, content: Content): readonly Placed[] {
  const folder = docFolder({ package: facts.names.own });
  const has = (path: string): boolean => placed.some(({ member }) => member.path === path);
  const licenses = has(`${folder}/copyright`) ? [] : placed.filter((each) => isLicense(each, folder, content));
  const kept = withCompressedPages(placed, content).filter((each) => !licenses.includes(each));
  const texts = licenses.map(({ member }) => textOf(member, content));
  const changelog = changelogText(facts);
  const overrides = overridesText(placed, facts, content);
  const wanted: readonly (readonly [string, Uint8Array | undefined])[] = [
    [`${folder}/copyright`, Buffer.from(copyrightText(facts, texts))],
    [`${folder}/changelog.Debian.gz`, changelog === undefined ? undefined : smallest(Buffer.from(changelog))],
    [`${OVERRIDES}/${facts.names.own}`, overrides === '' ? undefined : Buffer.from(overrides)],
  ];
  return [...kept, ...wanted.flatMap(([path, bytes]) => (bytes === undefined || has(path) ? [] : [made(path, bytes)]))];
}

function made(path: string, bytes: Uint8Array): Placed {
  return { member: { type: 'file', path, mode: 0o644, size: bytes.length, source: { bytes }, owner: 'root', group: 'root' }, from: path, made: true };
}

/** A text that tells the license becomes part of the copyright file. */
function isLicense({ member, from }: Placed, folder: string, content: Content): boolean {
  if (member.type !== 'file' || !member.path.startsWith(`${folder}/`) || !isLicenseText(from)) return false;
  return member.size < HEAD && !content.bytes(member.source).includes(0);
}

function textOf(member: Member, content: Content): string {
  return member.type === 'file' ? Buffer.from(content.bytes(member.source)).toString('utf8') : '';
}

function overridesText(placed: readonly Placed[], { names, options }: DocumentFacts, content: Content): string {
  const isStatic = placed.some(({ member }) => member.type === 'file' && isStaticProgram(readElf(head(member, content))));
  const tags = [...(isStatic ? ['statically-linked-binary'] : []), ...options.lintianOverrides];
  return [...new Set(tags)].map((tag) => `${tag.startsWith(`${names.own}:`) || tag.startsWith('#') ? tag : `${names.own}: ${tag}`}\n`).join('');
}

/** What lintian calls so; it takes a static program made position independent for a library. */
function isStaticProgram(elf: Elf | undefined): boolean {
  return elf?.type === 'executable' && isStaticElf(elf);
}

function head(member: Member & { readonly type: 'file' }, content: Content): Uint8Array {
  if (member.size === 0 || (member.mode & 0o111) === 0) return new Uint8Array();
  if (member.size < HEAD) return content.bytes(member.source);
  const { sha256 = '' } = content.facts(member.source).digests;
  for (const piece of content.pieces({ sha256, length: member.size })) return Uint8Array.from(piece.subarray(0, HEAD));
  return new Uint8Array();
}
