/** The payloads. Each is a folder of files that is the same wherever the same npm packages are installed. */
import { appendFileSync, chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileSha256, ROOT, workFolder } from './folders.ts';

export type PayloadName = 'P1' | 'P2' | 'P3' | 'P4' | 'P5' | 'P6' | 'P7' | 'P8' | 'P9';

export interface PayloadFile {
  /** Relative to the payload's folder. */
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

export interface Payload {
  readonly name: PayloadName;
  readonly folder: string;
  readonly files: readonly PayloadFile[];
  readonly size: number;
}

const PLATFORM = `${process.platform}-${process.arch}`;
/** Real programs among the packages `npm ci` brings: Node.js (C++), tsc and esbuild (Go), Nx (Rust). */
const BINARIES: readonly string[] = [
  'node/bin/node',
  `@typescript/typescript-${PLATFORM}/lib/tsc`,
  `@esbuild/${PLATFORM}/bin/esbuild`,
  `@nx/nx-${PLATFORM}-gnu/nx.${PLATFORM}-gnu.node`,
];

const SMALL_FILES = 10_000;
const LARGE = 2 ** 30;
const MEGABYTE = 1_000_000;
const MIB = 2 ** 20;
/** With the archive's headers four blocks of 8 MiB: xz has as many on each of two cores. */
const FOUR_BLOCKS = 31 * MIB;

export const PLATFORMS: readonly string[] = ['linux-amd64', 'linux-arm64', 'macos-amd64', 'macos-arm64', 'windows-amd64', 'windows-arm64'];

const MAKERS: Readonly<Record<PayloadName, (folder: string) => string[]>> = {
  P1: (folder) => binaries().map((path) => copy(path, folder)),
  P2: smallFiles,
  P3: oneLarge,
  P4: (folder) => onePiece(folder, MEGABYTE),
  P5: platforms,
  P6: (folder) => onePiece(folder, FOUR_BLOCKS),
  P7: (folder) => application(folder, { programs: 4, files: SMALL_FILES, from: 1, below: 256 * 1024 }),
  P8: (folder) => application(folder, { programs: 3, files: 800, from: 16 * 1024, below: 128 * 1024 }),
  P9: fewLarge,
};

/** Makes the payload, or finds it made by an earlier run from the same sources. */
export function payload(name: PayloadName): Payload {
  const folder = workFolder('payloads', name, 'payload');
  const record = join(folder, '..', 'payload.json');
  const sources = binaries().map((path) => `${path} ${statSync(path).size}`);
  const kept = existsSync(record) ? (JSON.parse(readFileSync(record, 'utf8')) as { sources: string[]; files: PayloadFile[] }) : undefined;
  if (kept && kept.sources.join() === sources.join()) return summed(name, folder, kept.files);
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
  const files = MAKERS[name](folder).map((path) => ({ path, size: statSync(join(folder, path)).size, sha256: fileSha256(join(folder, path)) }));
  writeFileSync(record, JSON.stringify({ sources, files }));
  return summed(name, folder, files);
}

function summed(name: PayloadName, folder: string, files: readonly PayloadFile[]): Payload {
  return { name, folder, files, size: files.reduce((sum, file) => sum + file.size, 0) };
}

function binaries(): string[] {
  const paths = BINARIES.map((path) => join(ROOT, 'node_modules', path));
  const missing = paths.filter((path) => !existsSync(path));
  if (missing.length > 0) throw new Error(`Cannot make the payloads: ${missing.join(', ')} is not installed`);
  return paths;
}

function copy(path: string, folder: string): string {
  copyFileSync(path, join(folder, basename(path)));
  chmodSync(join(folder, basename(path)), 0o755);
  return basename(path);
}

const WORDS =
  'error value return const function import export string number object array promise buffer stream path file module package build release version platform target archive digest segment header entry mode owner'.split(
    ' ',
  );

/** Source-like text of 200 to 6,800 bytes each, a hundred to a folder. */
function smallFiles(folder: string): string[] {
  const next = generator(20_240_501);
  return Array.from({ length: SMALL_FILES }, (_, index) => {
    const path = `d${String(Math.floor(index / 100)).padStart(2, '0')}/f${String(index).padStart(5, '0')}.js`;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text(200 + (next() % 6_600), next));
    return path;
  });
}

function text(length: number, next: () => number): string {
  let made = '';
  while (made.length < length) made += `${WORDS[next() % WORDS.length]}${next() % 7 === 0 ? `(${(next() % 65_536).toString(16)});\n` : ' '}`;
  return made.slice(0, length);
}

/** Numerical Recipes' linear congruential generator; the high bits, which are the random ones. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  };
}

/** The binaries one after another until 1 GiB is full; far beyond any window of deflate. */
function oneLarge(folder: string): string[] {
  const path = join(folder, 'large.bin');
  const sources = binaries();
  for (let size = 0, index = 0; size < LARGE; index++) {
    const piece = readFileSync(sources[index % sources.length] as string).subarray(0, LARGE - size);
    appendFileSync(path, piece);
    size += piece.length;
  }
  return ['large.bin'];
}

interface Application {
  /** The smallest of the binaries. */
  readonly programs: number;
  readonly files: number;
  /** Bytes of the other files. */
  readonly from: number;
  readonly below: number;
}

/** Programs and what lies beside them: files of `node_modules`, evenly spread over its packages. */
function application(folder: string, { programs, files, from, below }: Application): string[] {
  const smallest = binaries().sort((a, b) => statSync(a).size - statSync(b).size);
  const own = smallest.slice(0, programs).map((path) => copy(path, folder));
  const found = libraryFiles().filter(({ size }) => size >= from && size < below);
  const step = found.length / (files - programs);
  if (step < 1) throw new Error(`Cannot make the payload: node_modules has ${found.length} files of ${from} to ${below} bytes`);
  const others = Array.from({ length: files - programs }, (_, index) => (found[Math.floor(index * step)] as LibraryFile).path);
  for (const path of others) {
    mkdirSync(dirname(join(folder, 'lib', path)), { recursive: true });
    copyFileSync(join(ROOT, 'node_modules', path), join(folder, 'lib', path));
  }
  return [...own, ...others.map((path) => `lib/${path}`)];
}

interface LibraryFile {
  readonly path: string;
  readonly size: number;
}

/** In the order of their paths; without links, which lead to our own packages, and what tools keep there. */
function libraryFiles(): readonly LibraryFile[] {
  const folder = join(ROOT, 'node_modules');
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => !path.startsWith('.'))
    .sort()
    .map((path) => ({ path, size: statSync(join(folder, path)).size }));
}

/** 1 GiB in eight files, none like another: each begins elsewhere in the binaries. */
function fewLarge(folder: string): string[] {
  const sources = Buffer.concat(binaries().map((path) => readFileSync(path)));
  return Array.from({ length: 8 }, (_, index) => {
    const path = `large${index}.bin`;
    const start = index * 11 * MIB + index;
    writeFileSync(join(folder, path), Buffer.concat([sources.subarray(start), sources.subarray(0, start)]).subarray(0, LARGE / 8));
    return path;
  });
}

/** From the middle of Node.js: code, no tables of zeros. */
function onePiece(folder: string, size: number): string[] {
  const [first = ''] = binaries();
  const middle = Math.floor(statSync(first).size / 2);
  writeFileSync(join(folder, 'tool'), readFileSync(first).subarray(middle, middle + size), { mode: 0o755 });
  return ['tool'];
}

/** A program and a library for each platform, pieces of Node.js no other platform has; a table and some texts for all of them. */
function platforms(folder: string): string[] {
  const [first = ''] = binaries();
  const code = readFileSync(first);
  const next = generator(7);
  const write = (path: string, bytes: Buffer | string): string => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
    return path;
  };
  const own = PLATFORMS.flatMap((platform, index) => [
    write(`${platform}/acme`, code.subarray((12 * index + 2) * MIB, (12 * index + 12) * MIB)),
    write(`${platform}/acme.lib`, code.subarray((12 * index + 12) * MIB, (12 * index + 14) * MIB)),
  ]);
  const texts = Array.from({ length: 60 }, (_, index) => write(`share/text${index}.js`, text(200 + (next() % 4_000), next)));
  return [...own, write('share/table.js', text(600_000, next)), ...texts];
}
