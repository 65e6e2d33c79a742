import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { ReadSource } from '@provisioning-dist/core';
import { readTar, type TarEntry } from '@provisioning-dist/payload';
import { plainOf } from '../common/streams.ts';
import { type ArMember, readAr } from '../deb/read/ar.ts';
import { parseStanza } from '../deb/read/stanza.ts';
import { unreadableDeb } from './errors.ts';
import type { Package } from './state.ts';

/** What an index says of a deb, of its own words. */
export type DebFacts = Pick<Package, 'package' | 'version' | 'architecture' | 'files'> & {
  /** The control file, without a line feed at its end. */
  readonly control: string;
};

/** Bytes; policy knows none larger by far. */
const CONTROL_MAX = 4 * 1024 * 1024;

export async function readDebFacts(path: string, name: string): Promise<DebFacts> {
  const fd = openSync(path, 'r');
  try {
    return await factsOf({ path, size: fstatSync(fd).size, read: (position, length) => readAt(fd, position, length) }, name);
  } finally {
    closeSync(fd);
  }
}

function readAt(fd: number, position: number, length: number): Uint8Array {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(fd, bytes, 0, length, position));
}

async function factsOf(source: ReadSource, name: string): Promise<DebFacts> {
  const { members } = readAr(source);
  const [control, data] = [memberOf(members, 'control.tar', name), memberOf(members, 'data.tar', name)];
  try {
    const text = await controlText(plainOf(source, control));
    if (text === undefined) throw unreadableDeb(name, 'it has no control file');
    return { ...identityIn(text, name), files: await filesIn(plainOf(source, data)) };
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'apt-package') throw cause;
    throw unreadableDeb(name, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function memberOf(members: readonly ArMember[], start: string, name: string): ArMember {
  const found = members.find((member) => member.name.startsWith(start));
  if (!found) throw unreadableDeb(name, `it is no deb: it has no ${start}`);
  return found;
}

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

async function controlText(chunks: Chunks): Promise<string | undefined> {
  for await (const entry of readTar(chunks)) if (pathOf(entry) === 'control' && entry.type === 'file') return await textOf(entry);
  return undefined;
}

async function textOf({ body, size }: TarEntry): Promise<string | undefined> {
  if (size > CONTROL_MAX) return undefined;
  const pieces: Buffer[] = [];
  for await (const piece of body) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString('utf8');
}

/** Names go into paths and lists: what is not as policy has it is refused. */
const SHAPES = {
  package: /^[a-z0-9][a-z0-9+.-]+$/,
  version: /^(?:[0-9]{1,10}:)?[0-9][A-Za-z0-9.+~:-]*$/,
  architecture: /^[a-z0-9][a-z0-9-]*$/,
} as const;

/** Fields the index adds itself. */
const OWN = ['filename', 'size', 'sha256', 'sha512', 'sha1', 'md5sum'];

function identityIn(text: string, name: string): Omit<DebFacts, 'files'> {
  const { fields, problems } = parseStanza(text);
  const [problem] = problems;
  if (problem) throw unreadableDeb(name, problem.message);
  const own = OWN.find((field) => fields.has(field));
  if (own !== undefined) throw unreadableDeb(name, `its control file has the field "${own}", which belongs to the index`);
  const value = (field: keyof typeof SHAPES): string => {
    const found = fields.get(field) ?? '';
    if (!SHAPES[field].test(found)) throw unreadableDeb(name, `its ${field} is ${JSON.stringify(found)}`);
    return found;
  };
  return {
    ...{ package: value('package'), version: value('version'), architecture: value('architecture') },
    control: text.trimEnd(),
  };
}

/** Contents lists no directories; a name with a line feed would be two lines. */
async function filesIn(chunks: Chunks): Promise<readonly string[]> {
  const files: string[] = [];
  for await (const entry of readTar(chunks)) {
    const path = pathOf(entry);
    if (entry.type !== 'directory' && path !== '' && !path.includes('\n')) files.push(path);
  }
  return files.sort();
}

function pathOf({ path }: TarEntry): string {
  return path.replace(/^\.?\/|^\.$/, '');
}
