import { gunzipSync } from 'node:zlib';
import { readXz, readZstd } from '@provisioning-dist/payload';
import type { Condition, Storage } from '@provisioning-dist/storage';
import type { Trust } from '../repository/trust.ts';
import { brokenMetadata, foreignMetadata, signedOnce } from './errors.ts';
import { LISTS, type ListType } from './lists.ts';
import { digest } from './pack.ts';
import { type ListedData, NOTES, parseRepomd, REPOMD, type Repomd } from './repomd.ts';
import { isAbout, signaturesIn } from './signature.ts';
import { EMPTY, isKey, isListed, type Notes, type Package, parseNotes, type State } from './state.ts';
import { childrenOf, firstElement } from './xml.ts';

/** A repository as it stands. */

export const SIGNATURE = 'repodata/repomd.xml.asc';

export interface Found {
  readonly state: State;
  /** Undefined when nothing was ever published. */
  readonly revision: number | undefined;
  readonly data: readonly ListedData[];
  /** repomd.xml: the object that makes new metadata what counts. */
  readonly bytes: Uint8Array;
  readonly condition: Condition;
  readonly signature: {
    readonly condition: Condition;
    readonly packets: readonly Uint8Array[];
    /** Whether it is one signature, of this repomd.xml; of an unsigned repository, whether there is none. */
    readonly fits: boolean;
    /** Whether one of them is of this repomd.xml. */
    readonly covers: boolean;
  };
}

export interface Reading {
  readonly signed: boolean;
  /** Asked before anything that is listed is believed; none = to look only. */
  readonly trust?: Trust | undefined;
  readonly signal: AbortSignal;
}

/** Throws a DistError for what clients could not read either. */
export async function readRepository(storage: Storage, reading: Reading): Promise<Found> {
  const { signed, trust, signal } = reading;
  const armor = await storage.get(SIGNATURE, { signal });
  if (armor && !signed) throw signedOnce(SIGNATURE);
  const pointer = await storage.get(REPOMD, { signal });
  const packets = armor ? signaturesIn(armor.bytes) : [];
  const bytes = pointer?.bytes ?? new Uint8Array();
  const covers = !signed || packets.some((packet) => isAbout(packet, bytes));
  const signature = { condition: conditionOf(armor), packets, covers, fits: covers && packets.length === (signed ? 1 : 0) };
  const about = { bytes, condition: conditionOf(pointer), signature };
  if (!pointer) return { ...about, state: EMPTY, revision: undefined, data: [] };
  const repomd = parseRepomd(Buffer.from(pointer.bytes).toString('utf8'));
  if (!repomd) throw foreignMetadata(REPOMD, 'it is no index of metadata we know');
  try {
    await trust?.({ key: REPOMD, content: bytes, signature: armor && packets });
  } catch (error) {
    // Two files, and between the two of them somebody may have published.
    if ((await storage.stat(SIGNATURE, { signal }))?.etag === armor?.etag) throw error;
    return await readRepository(storage, reading);
  }
  return { ...about, state: await readState(storage, repomd, signal), revision: repomd.revision ?? 0, data: repomd.data };
}

function conditionOf(found: { readonly etag: string } | undefined): Condition {
  return found ? { etag: found.etag } : 'absent';
}

async function readState(storage: Storage, { data }: Repomd, signal: AbortSignal): Promise<State> {
  const text = async (type: string): Promise<string | undefined> => {
    const listed = data.find((each) => each.type === type);
    return listed && (await plainText(storage, listed, signal));
  };
  const [primary, filelists, other, notes] = [await text('primary'), await text('filelists'), await text('other'), await text(NOTES)];
  const elements = {
    primary: elementsOf('primary', primary),
    filelists: byId(elementsOf('filelists', filelists)),
    other: byId(elementsOf('other', other)),
  };
  const known = notes === undefined ? { generations: [], purged: [], retired: [], listed: [] } : parseNotes(notes);
  if (!known) throw brokenMetadata(REPOMD, `its "${NOTES}" is no notes of ours`);
  return stateOf(elements, known);
}

interface Elements {
  readonly primary: readonly string[];
  readonly filelists: ReadonlyMap<string, string>;
  readonly other: ReadonlyMap<string, string>;
}

function stateOf({ primary, filelists, other }: Elements, { generations, purged, retired, listed }: Notes): State {
  const notes = new Map(listed.map((note) => [`${note.pkgid} ${note.key}`, note]));
  const packages = primary.map((element): Package => {
    const facts = factsIn(element);
    const { key, pkgid } = facts;
    const [files, changes] = [filelists.get(pkgid), other.get(pkgid)];
    if (files === undefined || changes === undefined) throw brokenMetadata(REPOMD, `"${key}" is not in all of its lists`);
    // Of a package of another tool nothing more is known.
    const { name, of } = notes.get(`${pkgid} ${key}`) ?? { name: facts.package, of: facts.version.replace('~', '-') };
    return { ...facts, name, of, primary: element, filelists: files, other: changes };
  });
  const here = new Set(packages.map(({ key }) => key));
  return { packages: [...packages, ...retired.filter((each) => !isListed(each) && !here.has(each.key))], generations, purged };
}

function factsIn(element: string): Omit<Package, 'name' | 'of' | ListType> {
  const version = firstElement(element, 'version')?.attributes;
  const [key, pkgid] = [firstElement(element, 'location')?.attributes, firstElement(element, 'checksum')?.text];
  const [name, arch, ver, rel] = [firstElement(element, 'name')?.text, firstElement(element, 'arch')?.text, version?.get('ver'), version?.get('rel')];
  const href = key?.get('href');
  if (!name || !arch || ver === undefined || rel === undefined || !pkgid || href === undefined)
    throw foreignMetadata(REPOMD, `its list of packages has one without a name, version, digest or place: ${JSON.stringify(element.slice(0, 80))}`);
  if (!isKey(href) || key?.has('xml:base')) throw foreignMetadata(REPOMD, `its package ${JSON.stringify(name)} is at another place`);
  return { package: name, arch, epoch: version?.get('epoch') ?? '0', version: ver, release: rel, key: href, pkgid };
}

function elementsOf(type: ListType, text: string | undefined): readonly string[] {
  const { root } = LISTS[type];
  const elements = text === undefined ? undefined : childrenOf(text, root, 'package');
  if (!elements) throw foreignMetadata(REPOMD, text === undefined ? `it lists no ${type}` : `its ${type} is no list of packages we know`);
  const count = firstElement(text ?? '', root)?.attributes.get('packages');
  if (count !== undefined && Number(count) !== elements.length)
    throw brokenMetadata(REPOMD, `its ${type} has ${elements.length} packages and tells of ${count}`);
  return elements;
}

function byId(elements: readonly string[]): ReadonlyMap<string, string> {
  return new Map(elements.map((element) => [firstElement(element, 'package')?.attributes.get('pkgid') ?? '', element]));
}

const ALGORITHMS: readonly string[] = ['sha1', 'sha224', 'sha256', 'sha384', 'sha512'];

async function plainText(storage: Storage, { key, checksum }: ListedData, signal: AbortSignal): Promise<string> {
  const found = await storage.get(key, { signal });
  if (!found) throw brokenMetadata(key, 'it is not there, though repomd.xml lists it');
  if (!ALGORITHMS.includes(checksum.algorithm)) throw foreignMetadata(key, `its digest is of the kind "${checksum.algorithm}"`);
  if (digest(found.bytes, checksum.algorithm) !== checksum.hex) throw brokenMetadata(key, 'it holds other bytes than repomd.xml says');
  try {
    return (await unpacked(key, found.bytes)).toString('utf8');
  } catch (cause) {
    throw brokenMetadata(key, cause instanceof Error ? cause.message : String(cause));
  }
}

/** Bytes; what unpacks to more is no list anybody reads. */
const UNPACKED_MAX = 2 ** 29;

async function unpacked(key: string, bytes: Uint8Array): Promise<Buffer> {
  if (key.endsWith('.gz')) return gunzipSync(bytes, { maxOutputLength: UNPACKED_MAX });
  if (key.endsWith('.zst')) return await joined(readZstd([bytes]));
  if (key.endsWith('.xz')) return await joined(readXz([bytes]));
  if (/\.(?:xml|ndjson)$/.test(key)) return Buffer.from(bytes);
  throw new Error('it is packed in a way that is not known: gz, xz, zst or not at all');
}

async function joined(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  let size = 0;
  for await (const piece of pieces) {
    size += piece.length;
    if (size > UNPACKED_MAX) throw new Error('it unpacks to too much');
    all.push(piece);
  }
  return Buffer.concat(all);
}
