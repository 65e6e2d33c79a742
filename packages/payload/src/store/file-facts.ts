import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { systemCode } from '../content-error.ts';
import { type ContentFacts, SEGMENT_MIN, type Source } from '../part.ts';

/** The first line of the index. Another one belongs to another version and is not read. */
const HEADER = 'provisioning-dist file index 1\n';

/** Files remembered: those used longest ago go first. */
const FILES_MAX = 20_000;

/** A file touched so shortly before it was read may be changed again without its times showing it: FAT counts in two seconds. */
const SETTLED_MS = 2000;

type FileSource = Extract<Source, { readonly file: string }>;

interface Remembered {
  readonly stamp: string;
  readonly facts: ContentFacts;
}

/** What the system said of a file before it was read. */
interface Sighting {
  readonly source: FileSource;
  readonly stamp: string;
}

export interface FileFactsOptions {
  /** Folder of the index. */
  readonly folder: string;
  /** Milliseconds since 1970, the clock of the file system. */
  readonly now?: () => number;
}

/**
 * Facts of large files from earlier runs, so that an unchanged one is not read again. As git's index does, a file is taken to be
 * unchanged while its device, inode, size, mtime and ctime are: ctime cannot be set back.
 */
export class FileFacts {
  readonly #path: string;
  readonly #now: () => number;
  readonly #seen = new Map<string, Sighting>();
  #remembered: Map<string, Remembered> | undefined;

  constructor({ folder, now = Date.now }: FileFactsOptions) {
    this.#path = join(folder, 'files.index');
    this.#now = now;
  }

  /** What is known of the file as it is now. A file not known is looked at again by `save`. */
  recall(source: Source): ContentFacts | undefined {
    if (!('file' in source) || source.size < SEGMENT_MIN) return undefined;
    const look = stampOf(source);
    if (!look) return undefined;
    const key = keyOf(source);
    const known = this.#load().get(key);
    if (known?.stamp === look.stamp) return known.facts;
    if (this.#now() - look.touchedMs > SETTLED_MS) this.#seen.set(key, { source, stamp: look.stamp });
    return undefined;
  }

  /** Keeps what this run found out of files that are still what they were before they were read. */
  save(factsOf: (source: Source) => ContentFacts | undefined): void {
    const index = this.#seen.size > 0 ? this.#load() : undefined;
    if (!index) return;
    for (const [key, { source, stamp }] of this.#seen) {
      const facts = factsOf(source);
      if (!facts || stampOf(source)?.stamp !== stamp) continue;
      index.delete(key);
      index.set(key, { stamp, facts });
    }
    this.#seen.clear();
    write(this.#path, [...index].slice(-FILES_MAX));
  }

  #load(): Map<string, Remembered> {
    this.#remembered ??= read(this.#path);
    return this.#remembered;
  }
}

function keyOf({ file, eol }: FileSource): string {
  return `${eol ?? ''} ${file}`;
}

/** Undefined when the file is not the one the plan saw: reading it tells what is wrong. */
function stampOf({ file, size, mtimeMs, eol }: FileSource): { readonly stamp: string; readonly touchedMs: number } | undefined {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  if (!stat?.isFile() || (!eol && stat.size !== BigInt(size)) || Math.floor(mtimeMs) !== Number(stat.mtimeMs)) return undefined;
  const touchedMs = Math.max(Number(stat.mtimeMs), Number(stat.ctimeMs));
  return { stamp: [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(' '), touchedMs };
}

/** A line is the CRC-32 of the rest, and the rest as JSON; one that is torn or damaged is passed over. */
function read(path: string): Map<string, Remembered> {
  try {
    const text = readFileSync(path, 'utf8');
    return text.startsWith(HEADER) ? new Map(text.slice(HEADER.length).split('\n').flatMap(parseLine)) : new Map();
  } catch (error) {
    if (!systemCode(error)) throw error;
    return new Map();
  }
}

function parseLine(line: string): (readonly [string, Remembered])[] {
  const rest = line.slice(9);
  if (line.slice(0, 9) !== `${checksum(rest)} `) return [];
  const [key, stamp, facts] = JSON.parse(rest) as readonly [string, string, ContentFacts];
  return [[key, { stamp, facts }]];
}

/** What cannot be written is found out again by the next run. Processes side by side: the last one's index stays. */
function write(path: string, files: readonly (readonly [string, Remembered])[]): void {
  const temporary = `${path}.${process.pid.toString(36)}-${Math.random().toString(36).slice(2, 10)}`;
  const lines = files.map(([key, { stamp, facts }]) => JSON.stringify([key, stamp, facts])).map((rest) => `${checksum(rest)} ${rest}\n`);
  try {
    writeFileSync(temporary, HEADER + lines.join(''), { mode: 0o600 });
    renameSync(temporary, path);
  } catch (error) {
    if (!systemCode(error)) throw error;
    rmSync(temporary, { force: true });
  }
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}
