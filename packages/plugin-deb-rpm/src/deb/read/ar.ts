import type { ReadSource } from '@provisioning-dist/core';
import { AR_FIELDS, AR_HEADER, AR_MAGIC } from '../ar.ts';
import { error, type Problem, warning } from './findings.ts';

export interface ArMember {
  readonly name: string;
  /** Where its bytes begin. */
  readonly position: number;
  readonly size: number;
  readonly mtime: number;
}

export interface ArListing {
  readonly members: readonly ArMember[];
  readonly problems: readonly Problem[];
}

type Field = keyof typeof AR_FIELDS;

/** Lists an ar archive as dpkg reads it; what follows a broken header is not looked at. */
export function readAr(source: ReadSource): ArListing {
  if (Buffer.from(source.read(0, AR_MAGIC.length)).toString('latin1') !== AR_MAGIC)
    return { members: [], problems: [error('ar', 'It is no ar archive: its first bytes are others')] };
  const members: ArMember[] = [];
  const problems: Problem[] = [];
  for (let at = AR_MAGIC.length; at < source.size; ) {
    const header = Buffer.from(source.read(at, AR_HEADER));
    const member = memberOf(header, at);
    if (typeof member === 'string') return { members, problems: [...problems, error('ar', `The header at ${at} ${member}`)] };
    if (member.position + member.size > source.size) return { members, problems: [...problems, error('ar', `The member ${member.name} is cut off`)] };
    members.push(member);
    problems.push(...fieldProblems(header, member.name));
    at = member.position + member.size;
    if (member.size % 2 === 0) continue;
    if (source.read(at, 1)[0] !== 0x0a)
      return { members, problems: [...problems, error('ar', `The member ${member.name} of odd size has no line feed after it`)] };
    at++;
  }
  return { members, problems };
}

function text(header: Buffer, field: Field): string {
  const { offset, width } = AR_FIELDS[field];
  return header.toString('latin1', offset, offset + width);
}

function memberOf(header: Buffer, at: number): ArMember | string {
  if (header.length < AR_HEADER) return 'is cut off';
  if (text(header, 'end') !== '`\n') return 'does not end with a grave accent and a line feed';
  const size = /^([0-9]{1,10}) *$/.exec(text(header, 'size'))?.[1];
  const mtime = /^([0-9]{1,12}) *$/.exec(text(header, 'mtime'))?.[1];
  if (size === undefined || mtime === undefined) return 'holds no decimal number as size or time';
  return { name: text(header, 'name').trimEnd(), position: at + AR_HEADER, size: Number(size), mtime: Number(mtime) };
}

/** What dpkg-deb writes; others are read all the same. */
const USUAL: Readonly<Partial<Record<Field, string>>> = { uid: '0', gid: '0', mode: '100644' };

function fieldProblems(header: Buffer, name: string): readonly Problem[] {
  return Object.entries(USUAL).flatMap(([field, usual]) => {
    const found = text(header, field as Field).trimEnd();
    return found === usual ? [] : [warning('ar', `The ${field} of ${name} is "${found}", not ${usual}`)];
  });
}

const TAR = /^(?:control|data)\.tar(?:\.(?:gz|xz|zst))?$/;

/** deb(5): debian-binary, control.tar, data.tar, in this order; then what dpkg does not look at. */
export function memberProblems({ members }: ArListing, date: number | undefined): readonly Problem[] {
  const names = members.map(({ name }) => name.replace(/\/$/, ''));
  const [first, control, data, ...others] = names;
  return [
    ...(first === 'debian-binary' ? [] : [error('members', `The first member is ${first ?? 'missing'}, not debian-binary`)]),
    ...(control !== undefined && TAR.test(control) && control.startsWith('control')
      ? []
      : [error('members', `The second member is ${control ?? 'missing'}, not control.tar`)]),
    ...(data !== undefined && TAR.test(data) && data.startsWith('data')
      ? []
      : [error('members', `The third member is ${data ?? 'missing'}, not data.tar`)]),
    ...others.filter((name) => !name.startsWith('_')).map((name) => warning('members', `The member ${name} is read by nobody`)),
    ...names.filter((name, index) => names.indexOf(name) !== index).map((name) => error('members', `The member ${name} is there twice`)),
    ...members.flatMap(({ name, mtime }) =>
      date === undefined || mtime === date ? [] : [error('time', `The time of ${name} is ${mtime}, the release's ${date}`)],
    ),
  ];
}
