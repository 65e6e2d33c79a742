/**
 * Compresses files block by block with node:zlib and with libdeflate compiled to WebAssembly, in turns, on one thread.
 * The library comes by `cargo`, the compiler by `npm`, both into the temporary folder. Usage: run.ts <file>...
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { DEFLATE_END } from '../../../packages/payload/src/deflate.ts';
import { workFolder } from '../../folders.ts';
import { median } from '../../statistics.ts';

const LIBRARY = 'libdeflate-sys@1.26.1';
const COMPILER = '@yowasp/clang@22.0.0-git20542-10';
const BLOCK = 1024 * 1024;
const WINDOW = 32 * 1024;
const ROUNDS = 7;

type Encode = (block: Uint8Array, history: Uint8Array) => Uint8Array;
type Tree = { [name: string]: Tree | Uint8Array };
interface Contestant {
  readonly name: string;
  readonly encode: Encode;
}

/** The part used here of what TypeScript declares only for browsers. */
interface Wasm {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
}
const { Module, Instance } = (globalThis as unknown as { readonly WebAssembly: Wasm }).WebAssembly;

/** What `segment.c` exports. */
interface Segments {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly reserve: (size: number) => number;
  readonly open: (level: number) => number;
  readonly segment: (compressor: number, input: number, history: number, size: number, out: number, room: number) => number;
}

const zlib: Encode = (block, history) => {
  const options = { level: 6, chunkSize: BLOCK / 2, finishFlush: constants.Z_SYNC_FLUSH };
  return deflateRawSync(block, history.length > 0 ? { ...options, dictionary: history } : options);
};

function libdeflate(module: object, level: number): Encode {
  const { memory, reserve, open, segment } = new Instance(module, {}).exports as Segments;
  const room = BLOCK + 64 * 1024;
  const [compressor, input, out] = [open(level), reserve(WINDOW + BLOCK), reserve(room)];
  const bytes = new Uint8Array(memory.buffer);
  return (block, history) => {
    bytes.set(history, input);
    bytes.set(block, input + history.length);
    return bytes.slice(out, out + segment(compressor, input, history.length, block.length, out, room));
  };
}

async function compile(simd: boolean): Promise<object> {
  const built = join(workFolder('libdeflate-wasm'), simd ? 'simd.wasm' : 'scalar.wasm');
  if (!existsSync(built)) writeFileSync(built, await clang(sources(), simd ? ['-msimd128'] : []));
  return new Module(readFileSync(built));
}

async function clang(src: Tree, more: readonly string[]): Promise<Uint8Array> {
  const folder = workFolder('libdeflate-wasm', 'compiler');
  execFileSync('npm', ['install', '--silent', '--prefix', folder, COMPILER]);
  const { runClang } = await import(pathToFileURL(join(folder, 'node_modules/@yowasp/clang/gen/bundle.js')).href);
  const target = ['--target=wasm32', '-O3', '-ffreestanding', '-nostdlib', '-mbulk-memory', '-DFREESTANDING', '-fvisibility=hidden', '-w'];
  const link = ['-Wl,--no-entry', '-Wl,--strip-all', '-Wl,-z,stack-size=65536'];
  return (await runClang(['clang', ...target, ...more, ...link, '-Isrc', 'src/segment.c', '-o', 'out'], { src })).out;
}

/** The library, changed in a few lines, beside our file. */
function sources(): Tree {
  const folder = workFolder('libdeflate-wasm', 'library');
  mkdirSync(join(folder, 'src'), { recursive: true });
  writeFileSync(join(folder, 'src/lib.rs'), '');
  const [name, version] = LIBRARY.split('@');
  writeFileSync(join(folder, 'Cargo.toml'), `[package]\nname = "t"\nversion = "0.0.0"\n[workspace]\n[dependencies]\n${name} = "=${version}"\n`);
  execFileSync('cargo', ['vendor', '--quiet'], { cwd: folder });
  const from = join(folder, 'vendor/libdeflate-sys/libdeflate');
  const { 'deflate_compress.c': compress, ...lib } = readTree(join(from, 'lib'));
  return {
    'segment.c': readFileSync(join(import.meta.dirname, 'segment.c')),
    'libdeflate.h': readFileSync(join(from, 'libdeflate.h')),
    'common_defs.h': edited(readFileSync(join(from, 'common_defs.h')), [
      ['typedef size_t machine_word_t;', 'typedef unsigned long long machine_word_t;', 1],
    ]),
    lib: {
      ...lib,
      'deflate_compress.c': edited(compress as Uint8Array, [
        ['bfinal = is_final_block;', 'bfinal = 0;', 1],
        ['ADD_BITS(is_final_block, 1);', 'ADD_BITS(0, 1);', 2],
        ['hc_matchfinder_init(&c->p.g.hc_mf);', 'hc_matchfinder_init(&c->p.g.hc_mf);\nKNOW_HISTORY', 2],
      ]),
    },
  };
}

function edited(source: Uint8Array, edits: readonly (readonly [string, string, number])[]): Uint8Array {
  let text = Buffer.from(source).toString();
  for (const [old, changed, times] of edits) {
    if (text.split(old).length !== times + 1) throw new Error(`Cannot change libdeflate: "${old}" is not there ${times} times`);
    text = text.replaceAll(old, () => changed);
  }
  return Buffer.from(text);
}

function readTree(folder: string): Tree {
  const names = readdirSync(folder).map((name) => [name, join(folder, name)] as const);
  return Object.fromEntries(names.map(([name, path]) => [name, statSync(path).isDirectory() ? readTree(path) : readFileSync(path)]));
}

/** A file as blocks that each know the end of the one before. */
function encodeFile(file: Uint8Array, encode: Encode): Uint8Array[] {
  const starts = Array.from({ length: Math.ceil(file.length / BLOCK) }, (_, index) => index * BLOCK);
  return starts.map((at) => encode(file.subarray(at, at + BLOCK), file.subarray(Math.max(0, at - WINDOW), at)));
}

function verify(files: readonly Uint8Array[], { name, encode }: Contestant): number {
  const streams = files.map((file) => Buffer.concat([...encodeFile(file, encode), DEFLATE_END]));
  if (!streams.every((stream, index) => inflateRawSync(stream).equals(files[index] as Uint8Array))) throw new Error(`${name} lost bytes`);
  return streams.reduce((sum, stream) => sum + stream.length, 0);
}

/** Processor seconds of this process. */
function seconds(files: readonly Uint8Array[], encode: Encode): number {
  const before = process.cpuUsage();
  for (const file of files) encodeFile(file, encode);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

const files = process.argv.slice(2).map((path) => readFileSync(path));
const input = files.reduce((sum, file) => sum + file.length, 0);
const [scalar, simd] = [await compile(false), await compile(true)];
const contestants: readonly Contestant[] = [
  { name: 'zlib 6', encode: zlib },
  { name: 'libdeflate 6', encode: libdeflate(scalar, 6) },
  { name: 'libdeflate 6 simd', encode: libdeflate(simd, 6) },
];
const sizes = contestants.map((contestant) => verify(files, contestant));
const rounds = Array.from({ length: ROUNDS }, () => contestants.map(({ encode }) => seconds(files, encode)));
for (const [index, { name }] of contestants.entries()) {
  const speed = input / 1e6 / median(rounds.map((round) => round[index] as number));
  const cost = median(rounds.map((round) => (round[index] as number) / (round[0] as number)));
  console.log(`${name.padEnd(18)} ${sizes[index]} bytes  ${speed.toFixed(1)} MB/s of a core  CPU ${cost.toFixed(2)}`);
}
