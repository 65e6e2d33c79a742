import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { cosmiconfig, type Loader, type PublicExplorer } from 'cosmiconfig';
import { type DistError, throwCollected } from '../errors.ts';
import type { Redactor } from '../redact.ts';
import { collectSecrets } from './collect-secrets.ts';
import type { LoadedConfig } from './config.ts';
import { configAmbiguous, configNotFound, duplicatePlugin, wrongValue } from './errors.ts';
import { readWithBases } from './extends.ts';
import { check } from './issues.ts';
import { normalise } from './normalise.ts';
import { type MapNode, plain, positionAt } from './position.ts';
import { allProducts } from './products.ts';
import { type RawTop, topSchema } from './schema.ts';
import { secretReader } from './secret.ts';
import { CONFIG_NAME } from './sources.ts';
import { findUserinfo } from './userinfo.ts';

export interface LoadOptions {
  readonly cwd: string;
  /** `--config`; absent = searched from `cwd` upwards. */
  readonly file?: string;
  readonly env: NodeJS.ProcessEnv;
  /** Told every secret value the configuration refers to. */
  readonly redactor?: Redactor;
}

const EXTENSIONS: readonly string[] = ['yaml', 'yml', 'json', 'ts', 'mts', 'js', 'mjs', 'cjs'];
const RC = `.${CONFIG_NAME}rc`;

const PLACES: readonly string[] = [
  ...EXTENSIONS.slice(0, 3).map((extension) => `${CONFIG_NAME}.${extension}`),
  ...EXTENSIONS.map((extension) => `${CONFIG_NAME}.config.${extension}`),
  RC,
  ...EXTENSIONS.map((extension) => `${RC}.${extension}`),
];

/** From `cwd` up to the top of the repository, the home folder or the root. */
function searchedFolders(cwd: string): readonly string[] {
  const folders = [cwd];
  for (let folder = cwd; !existsSync(join(folder, '.git')) && folder !== homedir() && dirname(folder) !== folder; ) {
    folder = dirname(folder);
    folders.push(folder);
  }
  return folders;
}

/** A package.json that cannot be parsed is taken, so that its reader can say where it is broken. */
function hasOwnKey(text: string): boolean {
  if (!text.includes(`"${CONFIG_NAME}"`)) return false;
  try {
    return Object.hasOwn(JSON.parse(text) as object, CONFIG_NAME);
  } catch {
    return true;
  }
}

/** Only the search is cosmiconfig's: its loaders would lose the position of every value. */
function createExplorer(): PublicExplorer {
  const present: Loader = () => true;
  const json: Loader = (file, text) => (file.endsWith('package.json') ? { [CONFIG_NAME]: hasOwnKey(text) || null } : true);
  const loaders = { ...Object.fromEntries(EXTENSIONS.map((extension) => [`.${extension}`, present])), noExt: present, '.json': json };
  return cosmiconfig(CONFIG_NAME, {
    searchPlaces: [...PLACES, 'package.json'],
    loaders,
    searchStrategy: 'none',
    ignoreEmptySearchPlaces: false,
    cache: false,
  });
}

/** The search passes over what it cannot read. Such a file is taken, for its reader to say why: using another one in silence would be worse. */
function chooseFile(folder: string, found: string | undefined): string | undefined {
  const candidates = PLACES.map((place) => join(folder, place)).filter((file) => existsSync(file));
  const other = candidates.find((file) => file !== found);
  if (found !== undefined && other !== undefined) throw configAmbiguous(found, other);
  return found ?? other;
}

async function searchFile(cwd: string): Promise<string> {
  const explorer = createExplorer();
  for (const folder of searchedFolders(cwd)) {
    const file = chooseFile(folder, (await explorer.search(folder))?.filepath);
    if (file !== undefined) return file;
  }
  throw configNotFound(cwd, CONFIG_NAME);
}

function pluginList(names: readonly string[], tree: MapNode, errors: DistError[]): LoadedConfig['plugins'] {
  const plugins = names.map((name, index) => ({ name, at: positionAt(tree, ['plugins', index]) }));
  for (const [index, { name, at }] of plugins.entries()) {
    if (names.indexOf(name) < index) errors.push(duplicatePlugin(at, name));
    // a URL would load code that no lock file knows; one letter is a Windows drive
    if (/^[A-Za-z][\w+.-]+:/.test(name)) errors.push(wrongValue(at, name, 'it is a URL', 'name an npm package or a file'));
  }
  return plugins;
}

/** In the order of the files' lines. A value that several products inherit is reported once. */
function inOrder(errors: readonly DistError[]): readonly DistError[] {
  const unique = [...new Map(errors.map((error) => [JSON.stringify([error.code, error.where, error.message]), error])).values()];
  const file = (error: DistError): string => error.where?.file ?? '';
  const line = (error: DistError): number => (error.where?.line ?? 0) * 100_000 + (error.where?.column ?? 0);
  return unique.toSorted((a, b) => (file(a) === file(b) ? line(a) - line(b) : 0));
}

/**
 * Finds, reads, joins and checks the configuration. Throws all that is wrong together; each error names file, line, column and key. Values of
 * secrets reach the redactor before this returns, but for those of commands, which run when they are needed.
 */
export async function loadConfig({ cwd, file, env, redactor }: LoadOptions): Promise<LoadedConfig> {
  const path = file === undefined ? await searchFile(resolve(cwd)) : resolve(cwd, file);
  const folder = dirname(path);
  const tree = await readWithBases(path, { cwd, env });
  const secret = secretReader({ env, root: folder, onValue: (value) => redactor?.add(value) });
  const secrets = collectSecrets(tree, secret);
  const errors = findUserinfo(tree);
  const top = checkTop(tree, errors);
  const products = allProducts({ top, tree, folder, secret }, errors);
  const plugins = pluginList(top.plugins ?? [], tree, errors);
  throwCollected(inOrder(errors));
  return Object.freeze({ file: path, plugins, products, secrets });
}

/** Sections that have the wrong shape end the load: nothing further could be said about them. */
function checkTop(tree: MapNode, errors: readonly DistError[]): RawTop {
  const normal = normalise(tree);
  const { value, errors: found } = check(topSchema, plain(normal), normal);
  throwCollected(value ? [] : inOrder([...errors, ...found]));
  return value ?? {};
}
