import { ArchiveError, cannotRead } from './archive-error.ts';
import { decodeText } from './decode-text.ts';

/** POSIX extended header records; an empty value takes the key back. */
export type PaxRecords = ReadonlyMap<string, string>;

const LENGTH = /^[1-9][0-9]{0,9}$/;

/** Parses `length key=value\n` records onto those before. Throws ArchiveError for lengths that do not meet, and for what hides a name. */
export function readPax(body: Buffer, before: PaxRecords = new Map()): PaxRecords {
  const records = new Map(before);
  for (let at = 0; at < body.length; ) {
    const space = body.indexOf(0x20, at);
    const digits = body.toString('latin1', at, space);
    const end = at + Number(digits);
    if (space < 0 || !LENGTH.test(digits) || end > body.length || end <= space || body[end - 1] !== 0x0a)
      throw malformed('a length that does not fit');
    put(records, decodeText(body.subarray(space + 1, end - 1)));
    at = end;
  }
  return records;
}

function put(records: Map<string, string>, record: string): void {
  const equals = record.indexOf('=');
  if (equals <= 0) throw malformed('no key');
  const key = record.slice(0, equals);
  const value = record.slice(equals + 1);
  if (value.includes('\0') && !key.startsWith('SCHILY.xattr.')) throw cannotRead('malformed', record, 'an extended header holds a NUL character');
  if (value === '') records.delete(key);
  else records.set(key, value);
}

/** A whole number of bytes or an id. */
export function paxInteger(records: PaxRecords, key: string): number | undefined {
  const value = records.get(key);
  if (value === undefined) return undefined;
  if (!/^[0-9]{1,16}$/.test(value) || !Number.isSafeInteger(Number(value))) throw cannotRead('malformed', value, `it is not a ${key}`);
  return Number(value);
}

/** Seconds, with a fraction. */
export function paxTime(records: PaxRecords, key: string): number | undefined {
  const value = records.get(key);
  if (value === undefined) return undefined;
  if (!/^-?[0-9]{1,12}(\.[0-9]*)?$/.test(value)) throw cannotRead('malformed', value, `it is not a ${key}`);
  return Number(value);
}

function malformed(found: string): ArchiveError {
  return new ArchiveError('malformed', `Cannot read the archive: an extended header has ${found}`);
}
