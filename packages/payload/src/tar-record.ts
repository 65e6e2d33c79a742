import { cannotStore, textProblem } from './member.ts';
import type { Member } from './part.ts';
import { BLOCK, FIELDS, type HeaderValues, headerTemplate, MAGIC, octalMax, padding, TYPE, type TypeFlag } from './tar-header.ts';
import type { TarDialect, TarOptions, TarOwner } from './tar-options.ts';

/** A header entry that says what the next header cannot hold. */
export interface Extension {
  readonly template: Uint8Array;
  readonly values: HeaderValues;
  readonly body: Uint8Array;
}

/** One member as tar describes it. */
export interface TarRecord {
  readonly member: Member;
  readonly template: Uint8Array;
  readonly values: HeaderValues;
  readonly extensions: readonly Extension[];
  /** Bytes of all headers together. */
  readonly headerLength: number;
  /** Bytes of the content, 0 for anything but files. */
  readonly size: number;
}

const ROOT: TarOwner = { uid: 0, gid: 0, user: 'root', group: 'root' };
const NONE: readonly Extension[] = [];
/** GNU tar's and Python's names for their extension entries; fixed, so that nothing of the machine gets in. */
const LONG_LINK = '././@LongLink';
const PAX_HEADER = '././@PaxHeader';
const EXTENSION_MODE = 0o644;

/** Describes members for one archive. */
export function recorder(options: TarOptions): (member: Member) => TarRecord {
  const templateOf = templates(options);
  const extend = options.dialect === 'gnu' ? gnuExtensions(options) : paxExtensions(options);
  const prefix = options.prefix ?? '';
  return (member) => {
    const template = templateOf(member);
    const name = member.type === 'directory' && member.path !== '' ? `${prefix}${member.path}/` : prefix + member.path;
    const size = member.type === 'file' ? member.size : 0;
    const fit = fitName(name, options.dialect);
    const extensions = fit && linkFits(member) && size <= octalMax(FIELDS.size) ? NONE : extend(member, fit ? undefined : name, template);
    const values = headerValues(member, fit ?? { name: Buffer.from(name) }, options.dialect);
    return { member, template, values, extensions, headerLength: BLOCK + extensionsLength(extensions), size };
  };
}

function headerValues(member: Member, name: Fit, dialect: TarDialect): HeaderValues {
  const common = { ...name, mode: member.mode, type: typeOf(member) };
  if (member.type === 'symlink') return { ...common, size: 0, link: member.target };
  return { ...common, size: member.type === 'file' ? headerSize(member.size, dialect) : 0 };
}

/** A size told by a PAX record stands as 0 in the header, as other writers leave it. */
function headerSize(size: number, dialect: TarDialect): number {
  return dialect === 'gnu' || size <= octalMax(FIELDS.size) ? size : 0;
}

function typeOf(member: Member): TypeFlag {
  return TYPE[member.type];
}

interface Fit {
  readonly name: string | Uint8Array;
  readonly prefix?: Uint8Array;
}

/** The name as header fields hold it, or undefined. Splits where GNU tar does: at the last slash the prefix has room for. */
function fitName(name: string, dialect: TarDialect): Fit | undefined {
  if (name.length * 3 <= FIELDS.name.width || Buffer.byteLength(name) <= FIELDS.name.width) return { name };
  if (dialect === 'gnu') return undefined;
  const bytes = Buffer.from(name);
  const slash = bytes.lastIndexOf(0x2f, Math.min(FIELDS.prefix.width, bytes.length - 2));
  if (slash <= 0 || bytes.length - slash - 1 > FIELDS.name.width) return undefined;
  return { name: bytes.subarray(slash + 1), prefix: bytes.subarray(0, slash) };
}

function linkFits(member: Member): boolean {
  return member.type !== 'symlink' || Buffer.byteLength(member.target) <= FIELDS.linkname.width;
}

function extensionsLength(extensions: readonly Extension[]): number {
  return extensions.reduce((sum, { body }) => sum + BLOCK + body.length + padding(body.length), 0);
}

type Extend = (member: Member, longName: string | undefined, template: Uint8Array) => readonly Extension[];

/** `K` before `L`, as GNU tar writes them; each text ends with a NUL. Big sizes need no entry of their own. */
function gnuExtensions(options: TarOptions): Extend {
  const template = headerTemplate({ ...ROOT, magic: magicOf(options.dialect), mtime: 0 });
  const extension = (type: TypeFlag, text: string): Extension => {
    const body = Buffer.from(`${text}\0`);
    return { template, values: { name: LONG_LINK, mode: EXTENSION_MODE, size: body.length, type }, body };
  };
  return (member, longName) => [
    ...(member.type === 'symlink' && !linkFits(member) ? [extension(TYPE.gnuLongLink, member.target)] : []),
    ...(longName === undefined ? [] : [extension(TYPE.gnuLongName, longName)]),
  ];
}

function paxExtensions({ dialect }: TarOptions): Extend {
  return (member, longName, template) => {
    const texts = [
      ...(longName === undefined ? [] : [paxRecord('path', longName)]),
      ...(member.type === 'symlink' && !linkFits(member) ? [paxRecord('linkpath', member.target)] : []),
    ];
    const size = member.type === 'file' && member.size > octalMax(FIELDS.size) ? [paxRecord('size', String(member.size))] : [];
    const charset = dialect === 'pax-binary' && !texts.every(isAscii) ? [paxRecord('hdrcharset', 'BINARY')] : [];
    const body = Buffer.concat([...charset, ...texts, ...size]);
    return [{ template, values: { name: PAX_HEADER, mode: EXTENSION_MODE, size: body.length, type: TYPE.paxHeader }, body }];
  };
}

/** `length key=value\n`, where the length counts its own digits (POSIX pax, Extended Header). */
export function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.from(` ${key}=${value}\n`);
  let length = rest.length + 1;
  while (length !== rest.length + String(length).length) length = rest.length + String(length).length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

function isAscii(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte < 0x80);
}

function magicOf(dialect: TarDialect): string {
  return dialect === 'gnu' ? MAGIC.gnu : MAGIC.ustar;
}

/** One template per pair of owner names. */
function templates(options: TarOptions): (member: Member) => Uint8Array {
  const { owner = ROOT } = options;
  const make = (values: TarOwner) => headerTemplate({ ...checkOwner(values), magic: magicOf(options.dialect), mtime: options.mtime });
  if (owner !== 'member') {
    const template = make(owner);
    return () => template;
  }
  const known = new Map<string, Uint8Array>();
  return ({ owner: user = 'root', group = 'root' }) => {
    const key = `${user}\0${group}`;
    const template = known.get(key) ?? make({ uid: 0, gid: 0, user, group });
    known.set(key, template);
    return template;
  };
}

function checkOwner(owner: TarOwner): TarOwner {
  for (const name of [owner.user, owner.group]) {
    const problem = Buffer.byteLength(name) >= FIELDS.uname.width ? 'it is longer than 31 bytes' : textProblem(name);
    if (problem) throw cannotStore(name, `it cannot be an owner, ${problem}`);
  }
  for (const id of [owner.uid, owner.gid]) {
    if (!Number.isInteger(id) || id < 0 || id > octalMax(FIELDS.uid)) throw cannotStore(owner.user, `its number is ${id}`);
  }
  return owner;
}
