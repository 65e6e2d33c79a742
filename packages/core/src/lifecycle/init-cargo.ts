import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { type Data, dataOf, homepageOf, type InitFacts, isPlain, lineOf, listOf, nameOf, textOf, textsOf, versionOf } from './init-facts.ts';
import { namesIn, readData } from './init-read.ts';

interface Crate {
  readonly fields: Data;
  readonly bins: readonly string[];
}

/** A Rust package or workspace: its programs, and what the package tells that has them. */
export async function cargoFacts(root: string): Promise<InitFacts | undefined> {
  const top = await readData(root, 'Cargo.toml');
  if (!top) return undefined;
  const workspace = dataOf(top.workspace);
  const shared = dataOf(workspace.package);
  const folders = top.package === undefined ? [] : [''];
  const crates = await Promise.all([...folders, ...membersOf(root, workspace)].map((folder) => crateOf(root, folder, shared)));
  const programs = crates.filter(({ bins }) => bins.length > 0);
  const fields = top.package !== undefined ? crates[0]?.fields : programs.length === 1 ? programs[0]?.fields : undefined;
  return { ...describe(fields ?? shared), ...builds([...new Set(programs.flatMap(({ bins }) => bins))]), source: 'Cargo.toml' };
}

function builds(bins: readonly string[]): Pick<InitFacts, 'build' | 'contents'> {
  if (bins.length === 0) return {};
  return { build: { cargo: { bins } }, contents: bins.map((bin) => ({ from: `{build}/${bin}{exe}`, to: 'bin/', role: 'binary' })) };
}

function describe(fields: Data): Omit<InitFacts, 'source'> {
  return {
    name: nameOf(fields.name),
    version: versionOf(fields.version),
    description: lineOf(fields.description),
    homepage: homepageOf(fields.homepage) ?? homepageOf(fields.repository),
    license: lineOf(fields.license),
    maintainer: lineOf(listOf(fields.authors)[0]),
  };
}

/** Folders below the project alone. `**` is not followed: it would walk through `target`. */
function membersOf(root: string, workspace: Data): readonly string[] {
  const excluded = textsOf(workspace.exclude);
  return textsOf(workspace.members)
    .filter((pattern) => !pattern.split('/').includes('..') && !pattern.startsWith('/') && !pattern.includes('**'))
    .flatMap((pattern) => globSync(pattern, { cwd: root }).sort())
    .filter((folder) => !excluded.includes(folder) && existsSync(join(root, folder, 'Cargo.toml')));
}

async function crateOf(root: string, folder: string, shared: Data): Promise<Crate> {
  const manifest = (await readData(root, join(folder, 'Cargo.toml'))) ?? {};
  const own = dataOf(manifest.package);
  // `version.workspace = true` takes the workspace's
  const fields = Object.fromEntries(Object.entries(own).map(([key, value]) => [key, dataOf(value).workspace === true ? shared[key] : value]));
  return { fields, bins: binsOf(join(root, folder), manifest, fields) };
}

/** Those cargo makes of a package without further features: the declared ones, and those it finds by their place. */
function binsOf(folder: string, manifest: Data, fields: Data): readonly string[] {
  const declared = listOf(manifest.bin).map(dataOf);
  const paths = declared.map(({ path }) => textOf(path));
  const found = fields.autobins === false ? [] : placedBins(folder, fields).filter(({ path }) => !paths.includes(path));
  const optional = declared.filter((bin) => listOf(bin['required-features']).length > 0).map(({ name }) => name);
  const names = [...declared.map(({ name }) => textOf(name) ?? ''), ...found.map(({ name }) => name)];
  return [...new Set(names)].filter((name) => isPlain(name) && !optional.includes(name));
}

function placedBins(folder: string, fields: Data): readonly { readonly name: string; readonly path: string }[] {
  const main = existsSync(join(folder, 'src/main.rs')) ? [{ name: textOf(fields.name) ?? '', path: 'src/main.rs' }] : [];
  const others = namesIn(folder, 'src/bin').flatMap((name) => {
    if (name.endsWith('.rs')) return [{ name: name.slice(0, -3), path: `src/bin/${name}` }];
    return existsSync(join(folder, 'src/bin', name, 'main.rs')) ? [{ name, path: `src/bin/${name}/main.rs` }] : [];
  });
  return [...main, ...others];
}
