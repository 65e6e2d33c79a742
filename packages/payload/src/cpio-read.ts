import { ArchiveError, cannotRead } from './archive-error.ts';
import { ByteReader } from './byte-reader.ts';
import { alignment, CPIO_MAGIC, CPIO_TYPE, type CpioForm, HEADER_LENGTH, MAGIC_LENGTH, NEWC, ODC, RADIX, STRIPPED, TRAILER } from './cpio-header.ts';
import { decodeText } from './decode-text.ts';

export interface CpioEntry {
  /** As stored: it may be absolute or climb with `..`. Empty in the stripped form. */
  readonly path: string;
  readonly form: CpioForm;
  /** Of the stripped form: the file's number in the package's list. */
  readonly index?: number;
  readonly type: 'file' | 'directory' | 'symlink' | 'other';
  readonly mode: number;
  readonly size: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  readonly ino: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly target?: string;
  /** Once, before the next entry is asked for; what is left is skipped. Empty for symlinks. */
  readonly body: AsyncIterable<Uint8Array>;
}

export interface CpioLimits {
  readonly entries?: number;
  readonly totalSize?: number;
  /** What a package's file list says of the entry with a number; the stripped form cannot be read without. */
  readonly file?: (index: number) => { readonly mode: number; readonly size: number } | undefined;
}

const LIMITS = { entries: 1_000_000, totalSize: 2 ** 42, file: () => undefined } as const;
const TEXT_MAX = 0xffff;

/** Lists a cpio archive: newc, odc and rpm's stripped form. Nothing is unpacked. Throws ArchiveError for what it cannot trust. */
export async function* readCpio(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  limits: CpioLimits = {},
): AsyncGenerator<CpioEntry, void, undefined> {
  const reader = new ByteReader(chunks);
  try {
    yield* entries(reader, { ...LIMITS, ...limits });
  } finally {
    await reader.close();
  }
}

async function* entries(reader: ByteReader, limits: Required<CpioLimits>): AsyncGenerator<CpioEntry, void, undefined> {
  let total = 0;
  for (let count = 1; ; count++) {
    const header = await readHeader(reader, limits);
    if (header.path === TRAILER) return finish(reader);
    total += header.size;
    if (count > limits.entries) throw new ArchiveError('limit', `Cannot read the archive: it has more than ${limits.entries} entries`);
    if (total > limits.totalSize) throw new ArchiveError('limit', `Cannot read the archive: its entries have more than ${limits.totalSize} bytes`);
    yield* entry(reader, header);
    await exactly(reader, alignment(header.form, header.size));
  }
}

/** Block-wise writers fill up with zeros. */
async function finish(reader: ByteReader): Promise<void> {
  for await (const rest of reader.rest()) {
    if (rest.some((byte) => byte !== 0)) throw new ArchiveError('malformed', 'Cannot read the archive: bytes follow its end');
  }
}

type Header = Omit<CpioEntry, 'body' | 'target'>;

async function* entry(reader: ByteReader, header: Header): AsyncGenerator<CpioEntry, void, undefined> {
  if (header.type === 'symlink') {
    yield { ...header, target: await readTarget(reader, header), body: nothing() };
    return;
  }
  if (header.type !== 'file' && header.size > 0) throw cannotRead('malformed', header.path, `it is no file and says it has ${header.size} bytes`);
  let left = header.size;
  const pieces = async function* () {
    for await (const piece of reader.stream(header.size)) {
      left -= piece.length;
      yield piece;
    }
  };
  yield { ...header, body: pieces() };
  for await (const piece of reader.stream(left)) left -= piece.length;
}

async function* nothing(): AsyncGenerator<Uint8Array, void, undefined> {}

async function readTarget(reader: ByteReader, { path, size }: Header): Promise<string> {
  if (size === 0 || size > TEXT_MAX) throw cannotRead('malformed', path, `its target has ${size} bytes`);
  const target = decodeText(await exactly(reader, size));
  if (target.includes('\0')) throw cannotRead('malformed', path, 'its target holds a NUL character');
  return target;
}

async function readHeader(reader: ByteReader, { file }: Required<CpioLimits>): Promise<Header> {
  const magic = (await exactly(reader, MAGIC_LENGTH)).toString('latin1');
  const form = formOf(magic);
  const fields = (await exactly(reader, HEADER_LENGTH[form] - MAGIC_LENGTH)).toString('latin1');
  if (form === 'stripped') return readStripped(reader, numbers(fields, STRIPPED, form).index, file);
  const values = form === 'newc' ? numbers(fields, NEWC, form) : numbers(fields, ODC, form);
  const path = await readName(reader, form, values.namesize);
  return { path, form, ...typeAndMode(values.mode), size: values.filesize, ...pick(values) };
}

function pick({ mtime, ino, nlink, uid, gid }: Pick<Header, 'mtime' | 'ino' | 'nlink' | 'uid' | 'gid'>) {
  return { mtime, ino, nlink, uid, gid };
}

async function readStripped(reader: ByteReader, index: number, file: Required<CpioLimits>['file']): Promise<Header> {
  const known = file(index);
  if (!known) throw cannotRead('unsupported', `${index}`, 'the list of files does not have it');
  await exactly(reader, alignment('stripped', HEADER_LENGTH.stripped));
  return { path: '', form: 'stripped', index, ...typeAndMode(known.mode), size: known.size, mtime: 0, ino: 0, nlink: 1, uid: 0, gid: 0 };
}

function formOf(magic: string): CpioForm {
  if (magic === CPIO_MAGIC.newc || magic === CPIO_MAGIC.newcChecksum) return 'newc';
  if (magic === CPIO_MAGIC.odc) return 'odc';
  if (magic === CPIO_MAGIC.stripped) return 'stripped';
  throw new ArchiveError('malformed', `Cannot read the archive: ${JSON.stringify(magic)} starts no cpio entry`);
}

function typeAndMode(mode: number): Pick<Header, 'type' | 'mode'> {
  const kind = mode & CPIO_TYPE.mask;
  const [type = 'other'] = (['file', 'directory', 'symlink'] as const).filter((name) => CPIO_TYPE[name] === kind);
  return { type, mode: mode & 0o7777 };
}

/** The length counts the NUL at the end, the only one. */
async function readName(reader: ByteReader, form: CpioForm, length: number): Promise<string> {
  if (length < 2 || length > TEXT_MAX) throw new ArchiveError('malformed', `Cannot read the archive: a name of ${length} bytes`);
  const bytes = await exactly(reader, length);
  if (bytes.indexOf(0) !== length - 1) throw new ArchiveError('malformed', 'Cannot read the archive: a name does not end where it says');
  await exactly(reader, alignment(form, HEADER_LENGTH[form] + length));
  return decodeText(bytes.subarray(0, -1));
}

function numbers<T extends Readonly<Record<string, number>>>(text: string, widths: T, form: CpioForm): Record<keyof T, number> {
  const values = {} as Record<keyof T, number>;
  const pattern = RADIX[form] === 8 ? /^[0-7]+$/ : /^[0-9a-fA-F]+$/;
  let at = 0;
  for (const key in widths) {
    const field = text.slice(at, at + (widths[key] as number));
    if (!pattern.test(field)) throw cannotRead('malformed', field, `it is no ${key}`);
    values[key] = Number.parseInt(field, RADIX[form]);
    at += widths[key] as number;
  }
  return values;
}

async function exactly(reader: ByteReader, length: number): Promise<Buffer> {
  const bytes = length === 0 ? Buffer.alloc(0) : await reader.read(length);
  if (!bytes) throw new ArchiveError('truncated', 'Cannot read the archive: it has no end');
  return bytes;
}
