/**
 * Compiles libdeflate to WebAssembly and compares it with `src/libdeflate/wasm.ts`; `--write` replaces that file. Run by hand when libdeflate,
 * `segment.c` or the compiler changes. The library comes by `cargo`, the compiler by `npm`, both into a folder of their own that is removed.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { LIBDEFLATE } from '../src/libdeflate/wasm.ts';

const VERSION = '1.26';
const CRATE = 'libdeflate-sys@1.26.1';
const COMPILER = '@yowasp/clang@22.0.0-git20542-10';
const RESULT = join(import.meta.dirname, '../src/libdeflate/wasm.ts');
const LICENSE = join(import.meta.dirname, '../LICENSE-libdeflate');

type Tree = { [name: string]: Tree | Uint8Array };

const folder = mkdtempSync(join(tmpdir(), 'libdeflate-'));
try {
  const library = download(folder);
  const wasm = await compile(folder, sources(library));
  const sha256 = createHash('sha256').update(wasm).digest('hex');
  if (process.argv.includes('--write')) write(wasm, sha256, library);
  else if (sha256 !== LIBDEFLATE.sha256) throw new Error(`Cannot reproduce "${RESULT}": the compiler made ${sha256}`);
  process.stdout.write(`${sha256} (${wasm.length} bytes)\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Where the sources of libdeflate are. */
function download(folder: string): string {
  const [name, version] = CRATE.split('@');
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, 'src/lib.rs'), '');
  writeFileSync(join(folder, 'Cargo.toml'), `[package]\nname = "t"\nversion = "0.0.0"\n[workspace]\n[dependencies]\n${name} = "=${version}"\n`);
  execFileSync('cargo', ['vendor', '--quiet'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  return join(folder, `vendor/${name}/libdeflate`);
}

async function compile(folder: string, src: Tree): Promise<Uint8Array> {
  execFileSync('npm', ['install', '--silent', '--prefix', folder, COMPILER]);
  const { runClang } = await import(pathToFileURL(join(folder, 'node_modules/@yowasp/clang/gen/bundle.js')).href);
  const target = [
    '--target=wasm32',
    '-O3',
    '-msimd128',
    '-mbulk-memory',
    '-ffreestanding',
    '-nostdlib',
    '-DFREESTANDING',
    '-fvisibility=hidden',
    '-w',
  ];
  const link = ['-Wl,--no-entry', '-Wl,--strip-all', '-Wl,-z,stack-size=65536'];
  return (await runClang(['clang', ...target, ...link, '-Isrc', 'src/segment.c', '-o', 'out'], { src })).out;
}

/** The library beside our file. No block is the last of its stream, and words have 64 bits although addresses have 32. */
function sources(library: string): Tree {
  const { 'deflate_compress.c': compressor, ...lib } = readTree(join(library, 'lib'));
  return {
    'segment.c': readFileSync(join(import.meta.dirname, 'segment.c')),
    'libdeflate.h': readFileSync(join(library, 'libdeflate.h')),
    'common_defs.h': edited(readFileSync(join(library, 'common_defs.h')), [
      ['typedef size_t machine_word_t;', 'typedef unsigned long long machine_word_t;', 1],
    ]),
    lib: {
      ...lib,
      'deflate_compress.c': edited(compressor as Uint8Array, [
        ['bfinal = is_final_block;', 'bfinal = 0;', 1],
        ['ADD_BITS(is_final_block, 1);', 'ADD_BITS(0, 1);', 2],
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

function write(wasm: Uint8Array, sha256: string, library: string): void {
  const text = `/**
 * libdeflate ${VERSION} (${CRATE}, MIT: LICENSE-libdeflate) and libdeflate/segment.c, compiled by ${COMPILER}.
 * Written by libdeflate/build.ts.
 */
export const LIBDEFLATE: { readonly version: string; readonly sha256: string; readonly base64: string } = {
  version: '${VERSION}',
  sha256: '${sha256}',
  base64:
    '${Buffer.from(wasm).toString('base64')}',
};
`;
  writeFileSync(RESULT, text);
  writeFileSync(LICENSE, readFileSync(join(library, 'COPYING')));
}
