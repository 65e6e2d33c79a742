import { gunzipSync } from 'node:zlib';
import type { Distribution, Finding, ReadSource, ReadView } from '@provisioning-dist/core';
import { readXz, readZstd } from '@provisioning-dist/payload';
import { installedPath } from '../place.ts';
import { fileNameOf, gunzipped, messageOf, piecesOf } from '../read/bytes.ts';
import { error, findingOf, type Problem, warning } from '../read/findings.ts';
import { fieldProblems, type Info, readInfo } from '../read/info.ts';
import { type Listed, listTar } from '../read/listed.ts';
import { compareTrees, treeProblems } from '../read/tree.ts';
import { serviceEntries } from '../services.ts';
import { mtreeText } from './mtree.ts';
import type { ArchOptions } from './options.ts';
import { placeRules } from './package.ts';

const LISTED: readonly string[] = ['file', 'directory', 'symlink'];
/** Beyond this an .MTREE is a bomb. */
const MTREE_MAX = 1024 * 1024 * 1024;

const FIELDS: Readonly<Record<string, RegExp>> = {
  pkgname: /^[a-zA-Z0-9@_+][a-zA-Z0-9@._+-]*$/,
  pkgver: /^(?:[0-9]+:)?[A-Za-z0-9._+~]+-[0-9]+(?:\.[0-9]+)?$/,
  builddate: /^[0-9]+$/,
  size: /^[0-9]+$/,
  arch: /^[a-z0-9_]+$/,
};

/** Everything that is wrong with a package for pacman, against the distribution it was made from when that is known. */
export async function readArch(source: ReadSource, distribution?: Distribution, view?: ReadView<ArchOptions>): Promise<readonly Finding[]> {
  const name = fileNameOf(source);
  const problems = await problemsOf(source, distribution, view).catch((cause) => [error('unreadable', messageOf(cause))]);
  return problems.map(findingOf('archlinux', name));
}

async function problemsOf(source: ReadSource, distribution?: Distribution, view?: ReadView<ArchOptions>): Promise<readonly Problem[]> {
  const entries = await listTar(plainOf(source), (path) => path.startsWith('.'));
  const own = entries.filter(({ path }) => path.startsWith('.'));
  const tree = entries.filter((entry) => !own.includes(entry));
  const info = readInfo(own);
  const rules = placeRules(info.fields.get('pkgname')?.[0] ?? '', { prefix: view?.options.prefix ?? 'usr', paths: view?.options.paths ?? {} });
  return [
    ...info.problems,
    ...fieldProblems(info, FIELDS),
    ...infoProblems(info, tree),
    ...mtreeProblems(entries),
    ...treeProblems(tree, view?.date),
    ...tree.flatMap(({ path, uid, gid }) => (uid === 0 && gid === 0 ? [] : [warning('owner', `The owner is ${uid}:${gid} by number`, path)])),
    ...(distribution
      ? compareTrees(tree, { distribution, services: serviceEntries(view ?? {}, (entry) => installedPath(entry, rules)) }, rules)
      : []),
  ];
}

/** By what the file begins with, as libarchive does. */
function plainOf(source: ReadSource): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  const magic = Buffer.from(source.read(0, Math.min(4, source.size))).toString('hex');
  if (magic === '28b52ffd') return readZstd(piecesOf(source));
  if (magic === 'fd377a58') return readXz(piecesOf(source));
  return magic.startsWith('1f8b') ? gunzipped(piecesOf(source)) : piecesOf(source);
}

function infoProblems({ fields }: Info, tree: readonly Listed[]): readonly Problem[] {
  const size = tree.reduce((sum, entry) => sum + (entry.type === 'file' ? entry.size : 0), 0);
  const files = new Set(tree.flatMap(({ path, type }) => (type === 'file' ? [path] : [])));
  const said = fields.get('size')?.[0];
  return [
    ...(said === undefined || said === String(size) ? [] : [error('size', `.PKGINFO says ${said} bytes, the files have ${size}`)]),
    ...(fields.get('backup') ?? []).flatMap((path) =>
      files.has(path) ? [] : [error('backup', 'It is to be kept as changed, and is no file', path)],
    ),
  ];
}

/** Made anew of what is there, it must say the same. */
function mtreeProblems(entries: readonly Listed[]): readonly Problem[] {
  const file = entries.find(({ path }) => path === '.MTREE');
  if (file?.bytes === undefined) return [warning('mtree', 'There is no .MTREE, with which pacman -Qkk compares')];
  const said = new Set(gunzipSync(file.bytes, { maxOutputLength: MTREE_MAX }).toString('utf8').split('\n'));
  const listed = entries.flatMap((entry) => {
    if (entry === file || !LISTED.includes(entry.type)) return [];
    const line = mtreeText(entry, entry.mtime, entry.digests);
    return said.has(line) ? [] : [error('mtree', 'The .MTREE says nothing of it, or something else', entry.path)];
  });
  const count = [...said].filter((line) => line.startsWith('./')).length;
  const others = count > entries.filter((entry) => entry !== file).length ? [error('mtree', 'The .MTREE lists more than there is')] : [];
  return [...listed, ...others];
}
