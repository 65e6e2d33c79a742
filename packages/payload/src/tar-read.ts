import { ArchiveError, cannotRead } from './archive-error.ts';
import { ByteReader } from './byte-reader.ts';
import { decodeText, withoutEndSlash } from './decode-text.ts';
import { type PaxRecords, paxInteger, paxTime, readPax } from './pax.ts';
import { isZeroBlock, type RawHeader, readHeader } from './tar-fields.ts';
import { BLOCK, padding, TYPE } from './tar-header.ts';

export type TarEntryType = 'file' | 'directory' | 'symlink' | 'link' | 'character' | 'block' | 'fifo';

export interface TarEntry {
  /** As stored, but for a directory's trailing slash: it may be absolute or climb with `..`. */
  readonly path: string;
  readonly type: TarEntryType;
  readonly mode: number;
  readonly size: number;
  /** Seconds since 1970, with a fraction when a PAX record has one. */
  readonly mtime: number;
  readonly uid: number;
  readonly gid: number;
  readonly owner: string;
  readonly group: string;
  /** Of symlinks and hard links, as stored. */
  readonly target?: string;
  /** The extended records that apply, all of them. */
  readonly pax: PaxRecords;
  /** Once, before the next entry is asked for; what is left is skipped. */
  readonly body: AsyncIterable<Uint8Array>;
}

export interface TarLimits {
  readonly entries?: number;
  /** Bytes of one entry, and of all together. */
  readonly size?: number;
  readonly totalSize?: number;
  /** Bytes of one extended header. */
  readonly header?: number;
  /** Accepts an archive without the two zero blocks (apk's first parts); a cut between entries goes unnoticed then. */
  readonly openEnd?: boolean;
}

const LIMITS = { entries: 1_000_000, size: 2 ** 40, totalSize: 2 ** 42, header: 1024 * 1024, openEnd: false } as const;

const TYPES: Readonly<Record<string, TarEntryType>> = {
  [TYPE.file]: 'file',
  [TYPE.oldFile]: 'file',
  [TYPE.contiguous]: 'file',
  [TYPE.link]: 'link',
  [TYPE.symlink]: 'symlink',
  [TYPE.character]: 'character',
  [TYPE.block]: 'block',
  [TYPE.directory]: 'directory',
  [TYPE.fifo]: 'fifo',
};

/** What header entries said about the entry to come. */
interface Extended {
  readonly name?: string;
  readonly link?: string;
  readonly pax?: PaxRecords;
}

/** Lists a tar archive: v7, ustar, GNU and PAX. Nothing is unpacked. Throws ArchiveError for what it cannot trust. */
export async function* readTar(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  limits: TarLimits = {},
): AsyncGenerator<TarEntry, void, undefined> {
  const reader = new ByteReader(chunks);
  const budget = limiter({ ...LIMITS, ...limits });
  try {
    yield* entries(reader, budget);
  } finally {
    await reader.close();
  }
}

async function* entries(reader: ByteReader, budget: Limiter): AsyncGenerator<TarEntry, void, undefined> {
  let global: PaxRecords = new Map();
  let extended: Extended = {};
  for (;;) {
    const block = await reader.read(BLOCK);
    if (!block || isZeroBlock(block)) return finish(reader, block, extended, budget);
    const header = readHeader(block);
    const more = await readExtension(reader, header, { global, extended, budget });
    if (more?.global) global = more.global;
    if (more) extended = more.extended;
    else {
      const entry = describe(header, extended, global);
      budget.entry(entry);
      extended = {};
      const body = content(reader, entry.size);
      yield { ...entry, body: body.pieces() };
      await body.skip();
      await skipPadding(reader, entry.size);
    }
  }
}

interface State {
  readonly global: PaxRecords;
  readonly extended: Extended;
  readonly budget: Limiter;
}

/** What a header entry adds, or undefined for an entry of its own. */
async function readExtension(
  reader: ByteReader,
  header: RawHeader,
  state: State,
): Promise<{ readonly extended: Extended; readonly global?: PaxRecords } | undefined> {
  const { extended, budget } = state;
  switch (header.type) {
    case TYPE.paxGlobal:
      return { extended, global: readPax(await headerBody(reader, header, budget), state.global) };
    case TYPE.paxHeader:
      return { extended: { ...extended, pax: readPax(await headerBody(reader, header, budget), extended.pax) } };
    case TYPE.gnuLongName:
      return { extended: { ...extended, name: untilNul(await headerBody(reader, header, budget)) } };
    case TYPE.gnuLongLink:
      return { extended: { ...extended, link: untilNul(await headerBody(reader, header, budget)) } };
    default:
      return undefined;
  }
}

async function headerBody(reader: ByteReader, { size }: RawHeader, budget: Limiter): Promise<Buffer> {
  budget.header(size);
  const body = size === 0 ? Buffer.alloc(0) : await reader.read(size);
  if (!body) throw new ArchiveError('truncated', 'Cannot read the archive: it ends in an extended header');
  await skipPadding(reader, size);
  return body;
}

/** GNU: the text up to its NUL, which is the last byte. */
function untilNul(body: Buffer): string {
  const end = body.indexOf(0);
  if (end >= 0 && end !== body.length - 1) throw new ArchiveError('malformed', 'Cannot read the archive: a long name holds a NUL character');
  return decodeText(end < 0 ? body : body.subarray(0, end));
}

function describe(header: RawHeader, extended: Extended, global: PaxRecords): Omit<TarEntry, 'body'> {
  const pax = extended.pax ? new Map([...global, ...extended.pax]) : global;
  const stored = pax.get('path') ?? extended.name ?? decodeText(header.name);
  const type = typeOf(header, stored);
  const size = paxInteger(pax, 'size') ?? header.size;
  if (stored === '') throw new ArchiveError('malformed', 'Cannot read the archive: an entry has no name');
  if (type !== 'file' && size > 0) throw cannotRead('malformed', stored, `a ${type} says it has ${size} bytes`);
  if ([...pax.keys()].some((key) => key.startsWith('GNU.sparse.'))) throw cannotRead('unsupported', stored, 'it is a sparse file');
  return {
    path: type === 'directory' ? withoutEndSlash(stored) : stored,
    type,
    mode: header.mode,
    size,
    mtime: paxTime(pax, 'mtime') ?? header.mtime,
    uid: paxInteger(pax, 'uid') ?? header.uid,
    gid: paxInteger(pax, 'gid') ?? header.gid,
    owner: pax.get('uname') ?? decodeText(header.user),
    group: pax.get('gname') ?? decodeText(header.group),
    ...(type === 'symlink' || type === 'link' ? { target: targetOf(header, extended, pax, stored) } : {}),
    pax,
  };
}

function targetOf(header: RawHeader, extended: Extended, pax: PaxRecords, path: string): string {
  const target = pax.get('linkpath') ?? extended.link ?? decodeText(header.link);
  if (target === '') throw cannotRead('malformed', path, 'it is a link without a target');
  return target;
}

/** Before POSIX a directory was a file whose name ends with a slash. */
function typeOf(header: RawHeader, path: string): TarEntryType {
  const type = TYPES[header.type];
  if (!type) throw cannotRead('unsupported', path, `it has the type ${JSON.stringify(header.type)}`);
  return type === 'file' && header.type !== TYPE.contiguous && path.endsWith('/') ? 'directory' : type;
}

/** An entry's bytes: what its reader leaves is skipped. */
function content(reader: ByteReader, size: number): { readonly pieces: () => AsyncIterable<Uint8Array>; readonly skip: () => Promise<void> } {
  let left = size;
  return {
    async *pieces() {
      for await (const piece of reader.stream(size)) {
        left -= piece.length;
        yield piece;
      }
    },
    async skip() {
      for await (const piece of reader.stream(left)) left -= piece.length;
    },
  };
}

async function skipPadding(reader: ByteReader, size: number): Promise<void> {
  const pad = padding(size);
  if (pad > 0 && !(await reader.read(pad))) throw new ArchiveError('truncated', 'Cannot read the archive: it ends inside an entry');
}

async function finish(reader: ByteReader, block: Buffer | undefined, extended: Extended, budget: Limiter): Promise<void> {
  if (Object.keys(extended).length > 0) throw new ArchiveError('malformed', 'Cannot read the archive: it ends after an extended header');
  const second = block && (await reader.read(BLOCK));
  if (!second && !budget.openEnd) throw new ArchiveError('truncated', 'Cannot read the archive: it has no end');
  if (second && !isZeroBlock(second)) throw new ArchiveError('malformed', 'Cannot read the archive: an entry follows its end');
  for await (const rest of reader.rest()) {
    if (rest.some((byte) => byte !== 0)) throw new ArchiveError('malformed', 'Cannot read the archive: bytes follow its end');
  }
}

interface Limiter {
  readonly entry: (entry: { readonly path: string; readonly size: number }) => void;
  readonly header: (size: number) => void;
  readonly openEnd: boolean;
}

function limiter(limits: Required<TarLimits>): Limiter {
  let entries = 0;
  let total = 0;
  return {
    openEnd: limits.openEnd,
    header(size) {
      if (size > limits.header)
        throw new ArchiveError('limit', `Cannot read the archive: a header of ${size} bytes is over the limit of ${limits.header}`);
    },
    entry({ path, size }) {
      entries += 1;
      total += size;
      if (entries > limits.entries) throw new ArchiveError('limit', `Cannot read the archive: it has more than ${limits.entries} entries`);
      if (size > limits.size) throw cannotRead('limit', path, `${size} bytes are over the limit of ${limits.size}`);
      if (total > limits.totalSize) throw new ArchiveError('limit', `Cannot read the archive: its entries have more than ${limits.totalSize} bytes`);
    },
  };
}
