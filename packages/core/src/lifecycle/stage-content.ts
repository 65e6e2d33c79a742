import { accessSync, closeSync, constants, openSync, readSync } from 'node:fs';
import type { DistError } from '../errors.ts';
import type { FileEntry, Role } from '../model/entry.ts';
import type { Os } from '../model/platform.ts';
import { roleByPlace } from '../model/role.ts';
import { HEAD_BYTES, isExecutable, type Magic, magicOf } from './file-magic.ts';
import { countEol, type Eol, type EolWish, wantedEol } from './stage-eol.ts';
import { changed, unreadable, vanished } from './stage-errors.ts';
import type { PlacedFile } from './stage-rules.ts';

const EXECUTABLE = 0o755;
const PLAIN = 0o644;

/** Object files and archives of them are ELF and Mach-O too, and not run. */
const NOT_RUN = /\.(?:o|a|ko|node|dll|dylib|so(?:\.\d+)*)$/;

export interface Inspecting {
  readonly os: Os | undefined;
  readonly report: (problem: DistError) => void;
}

/** The entry of a file: reads its first bytes, and all of a text whose line ends may change. Undefined when that fails, which is reported. */
export function fileEntry(placed: PlacedFile, { os, report }: Inspecting): FileEntry | undefined {
  const { path, rule, file, mtimeMs } = placed;
  const known = rule.role ?? roleByPlace(path);
  const wish = wantedEol(rule, os, { path, role: known });
  try {
    const content = inspect(placed, { wish, needsMagic: known === undefined || (rule.mode === undefined && known !== 'binary') });
    const role = known ?? roleByMagic(content.magic, path);
    const mode = rule.mode ?? (role === 'binary' || isExecutable(content.magic, path) ? EXECUTABLE : PLAIN);
    const { size } = content;
    const source = { file, size, mtimeMs, ...(content.eol === undefined ? {} : { eol: content.eol }) };
    return { type: 'file', path, mode, owner: rule.owner ?? 'root', group: rule.group ?? 'root', role, component: rule.component, size, source };
  } catch (error) {
    report(readProblem(placed, error));
    return undefined;
  }
}

function roleByMagic(magic: Magic, path: string): Role {
  const runs = magic === 'elf' || magic === 'macho' || (magic === 'pe' && isExecutable(magic, path));
  return runs && !NOT_RUN.test(path) ? 'binary' : 'data';
}

interface Inspected {
  readonly magic: Magic;
  readonly size: number;
  readonly eol?: Eol;
}

function inspect(placed: PlacedFile, { wish, needsMagic }: { readonly wish: EolWish | undefined; readonly needsMagic: boolean }): Inspected {
  const { file, size } = placed;
  if (!needsMagic && !wish) {
    accessSync(file, constants.R_OK);
    return { magic: undefined, size };
  }
  const fd = openSync(file, 'r');
  try {
    const magic = magicOf(head.subarray(0, readSync(fd, head, 0, HEAD_BYTES, 0)));
    const growth = wish && !(wish.spareScripts && magic === 'script') ? growthOf(fd, wish.eol, placed) : undefined;
    return growth && wish ? { magic, size: size + growth, eol: wish.eol } : { magic, size };
  } finally {
    closeSync(fd);
  }
}

const head = Buffer.allocUnsafeSlow(HEAD_BYTES);
const slab = Buffer.allocUnsafeSlow(256 * 1024);

function growthOf(fd: number, eol: Eol, placed: PlacedFile): number | undefined {
  const count = countEol(eol);
  let position = 0;
  for (let read = readSync(fd, slab, 0, slab.length, 0); read > 0; read = readSync(fd, slab, 0, slab.length, position)) {
    count.add(slab.subarray(0, read));
    position += read;
  }
  if (position !== placed.size) throw changed(placed.rule, placed.file);
  return count.growth();
}

function readProblem({ rule, file }: PlacedFile, error: unknown): DistError {
  if (error instanceof Error && 'code' in error && error.code === 'stage-changed') return error as DistError;
  return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? vanished(rule, file) : unreadable(rule, file, error);
}
