import type { Distribution, Finding, ReadSource } from '@provisioning-dist/core';
import { nameProblem, packedName } from '../package-name.ts';
import { collected, type PackedFile, packedFiles, parsed } from '../read-tarball.ts';

/** Reads a package as npm does and lists what would keep it from working. */

const CHUNK = 256 * 1024;

interface Read {
  readonly fileName: string;
  readonly manifest: Readonly<Record<string, unknown>>;
  readonly files: ReadonlyMap<string, PackedFile>;
}

export async function readPlatform(source: ReadSource, distribution?: Distribution): Promise<readonly Finding[]> {
  return await reading(source, (read) => [...platformFindings(read), ...binaryFindings(read, distribution)]);
}

export async function readMain(source: ReadSource): Promise<readonly Finding[]> {
  return await reading(source, (read) => [...binFindings(read), ...dependencyFindings(read)]);
}

async function reading(source: ReadSource, more: (read: Read) => readonly Finding[]): Promise<readonly Finding[]> {
  const fileName = source.path.slice(Math.max(source.path.lastIndexOf('/'), source.path.lastIndexOf('\\')) + 1);
  try {
    const files = new Map((await collected(packedFiles(pieces(source)))).map((file) => [file.path, file]));
    const manifest = parsed(files.get('package/package.json')?.text ?? '');
    if (!manifest) return [error(fileName, 'npm-manifest', 'it has no package.json that is JSON')];
    const read = { fileName, manifest, files };
    return [...fileFindings(read), ...manifestFindings(read), ...more(read)];
  } catch (problem) {
    return [error(fileName, 'npm-unreadable', problem instanceof Error ? problem.message : String(problem))];
  }
}

function* pieces({ size, read }: ReadSource): Generator<Uint8Array> {
  for (let at = 0; at < size; at += CHUNK) yield read(at, Math.min(CHUNK, size - at));
}

/** npm takes the first part of a path away, whatever it is called, and everything that is no file. */
function fileFindings({ fileName, files }: Read): readonly Finding[] {
  return [...files.values()].flatMap(({ path, type }) => {
    if (type !== 'file') return [error(fileName, 'npm-no-file', `npm leaves "${path}" out, which is a ${type}`)];
    if (!path.startsWith('package/') || path.split('/').some((part) => part === '' || part === '.' || part === '..'))
      return [error(fileName, 'npm-path', `"${path}" is not below package/`)];
    return [];
  });
}

function manifestFindings({ fileName, manifest: { name, version, scripts } }: Read): readonly Finding[] {
  const problem = nameProblem(String(name));
  if (problem !== undefined) return [error(fileName, 'npm-name', `"${name}": ${problem}`)];
  const named = packedName(String(name), String(version));
  return [
    ...(named === fileName ? [] : [error(fileName, 'npm-file-name', `it holds ${name} ${version}, which is packed as "${named}"`)]),
    ...(scripts === undefined ? [] : [error(fileName, 'npm-scripts', 'it runs scripts as it is installed')]),
  ];
}

function platformFindings({ fileName, manifest: { os, cpu } }: Read): readonly Finding[] {
  const wrong = Object.entries({ os, cpu }).filter(([, value]) => !Array.isArray(value) || value.length !== 1);
  return wrong.map(([field]) => error(fileName, 'npm-platform', `its package.json names no "${field}"`));
}

/** Against what was staged: every program there, whole and executable. */
function binaryFindings({ fileName, files }: Read, distribution: Distribution | undefined): readonly Finding[] {
  const programs = distribution?.entries.filter((entry) => entry.type === 'file' && entry.role === 'binary') ?? [];
  return programs.flatMap((entry) => {
    const found = files.get(`package/${entry.path}`);
    if (!found) return [error(fileName, 'npm-binary', `"${entry.path}" is missing`)];
    const isWhole = entry.type === 'file' && found.size === entry.size;
    const runs = (entry.mode & 0o111) === 0 || (found.mode & 0o111) === 0o111;
    return isWhole && runs ? [] : [error(fileName, 'npm-binary', `"${entry.path}" ${isWhole ? 'cannot be run' : `has ${found.size} bytes`}`)];
  });
}

function binFindings({ fileName, manifest: { bin }, files }: Read): readonly Finding[] {
  const paths = Object.entries((bin ?? {}) as Record<string, string>);
  if (paths.length === 0) return [error(fileName, 'npm-bin', 'it has no command')];
  const missing = paths.filter(([, path]) => !files.has(`package/${path}`));
  return missing.map(([command, path]) => error(fileName, 'npm-bin', `"${path}" of the command "${command}" is missing`));
}

function dependencyFindings({ fileName, manifest: { optionalDependencies, version } }: Read): readonly Finding[] {
  const all = Object.entries((optionalDependencies ?? {}) as Record<string, string>);
  if (all.length === 0) return [error(fileName, 'npm-platforms', 'it depends on no package of a platform')];
  const other = all.filter(([, wanted]) => wanted !== version);
  return other.map(([name, wanted]) => error(fileName, 'npm-platforms', `it wants ${name} at ${wanted}, not at its own version`));
}

function error(subject: string, code: string, message: string): Finding {
  return { level: 'error', code, subject, message };
}
