import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DistError, EXIT } from '../errors.ts';
import { type GitFacts, gitFacts } from '../git.ts';
import { packageFor } from '../known-plugins.ts';
import { PRIMARY_PLATFORMS } from '../model/platform-table.ts';
import { versionOfTag } from '../model/version.ts';
import { atomicWrite } from './atomic-write.ts';
import { cargoFacts } from './init-cargo.ts';
import { homepageOf, type InitFacts, type InitRule, nameOf } from './init-facts.ts';
import { goFacts } from './init-go.ts';
import { goreleaserFacts } from './init-goreleaser.ts';
import { nodeFacts } from './init-node.ts';
import { namesIn } from './init-read.ts';
import { configText } from './init-text.ts';
import { MARKER_NAME } from './output-folder.ts';

/** Looks at a project and writes a configuration that `check` accepts. */

export interface InitOptions {
  readonly root: string;
  readonly force: boolean;
  readonly dryRun: boolean;
  readonly signal?: AbortSignal;
}

export interface InitAnswer {
  readonly file: string;
  readonly text: string;
  /** Files of the project it was made from. */
  readonly sources: readonly string[];
  readonly written: boolean;
}

const FILE = 'provisioning-dist.yaml';
const OTHERS = /^(?:provisioning-dist(?:\.config)?\.(?:ya?ml|json|[cm]?[jt]s)|\.provisioning-distrc(?:\..+)?)$/;
const DOCS: readonly string[] = ['README.md', 'CHANGELOG.md', 'LICENSE', 'LICENSE.md', 'LICENSE.txt', 'LICENSE-MIT', 'LICENSE-APACHE', 'COPYING'];

export async function initProject({ root, force, dryRun, signal }: InitOptions): Promise<InitAnswer> {
  const file = join(root, FILE);
  if (!dryRun) refuseOthers(root, force);
  const git = await gitFacts(root, { tagPrefix: '', ...(signal && { signal }) });
  const found = [await goreleaserFacts(root), await cargoFacts(root), goFacts(root), await nodeFacts(root)].filter((facts) => facts !== undefined);
  const text = await textFor(root, [...found, fromGit(git)]);
  if (!dryRun) atomicWrite(file, text);
  return { file, text, sources: found.map(({ source }) => source), written: !dryRun };
}

/** The first that knows a thing says it; programs and what is made of them come from one. */
async function textFor(root: string, found: readonly InitFacts[]): Promise<string> {
  const first = <Key extends keyof InitFacts>(key: Key): InitFacts[Key] | undefined => found.find((facts) => facts[key] !== undefined)?.[key];
  const made = found.find(({ build }) => build) ?? found.find(({ contents }) => contents);
  const name = first('name') ?? nameOf(basename(root)) ?? 'app';
  const platforms = first('platforms') ?? PRIMARY_PLATFORMS;
  const contents = fitting([...(made?.contents ?? []), ...docsOf(root, name, made?.contents ?? [])], platforms);
  const facts = {
    name,
    version: first('version'),
    description: first('description'),
    homepage: first('homepage'),
    license: first('license'),
    maintainer: first('maintainer'),
    vendor: first('vendor'),
    build: made?.build,
    source: '',
  };
  const formats = first('formats') ?? ['archive'];
  return configText({ facts, platforms, contents, ...(await packagesOf(root, name, { formats, platforms })), paths: pathsOf(root, contents) });
}

function docsOf(root: string, name: string, others: readonly InitRule[]): readonly InitRule[] {
  const taken = others.map(({ from }) => from);
  return DOCS.filter((doc) => !taken.includes(doc) && existsSync(join(root, doc))).map((from) => ({ from, to: `share/doc/${name}/` }));
}

/** A selector that chooses none of the platforms is an error. */
function fitting(rules: readonly InitRule[], platforms: readonly string[]): readonly InitRule[] {
  return rules.flatMap((rule) => {
    if (!rule.platforms) return [rule];
    const chosen = rule.platforms.filter((os) => platforms.some((platform) => platform.startsWith(`${os}-`)));
    return chosen.length === 0 ? [] : [{ ...rule, platforms: chosen }];
  });
}

interface Wanted {
  readonly formats: readonly string[];
  readonly platforms: readonly string[];
}

/** Formats whose plugin the project has; the text says how to get the others. Their package names are in lower case. */
async function packagesOf(
  root: string,
  name: string,
  { formats, platforms }: Wanted,
): Promise<{ readonly plugins: readonly string[]; readonly packages: Readonly<Record<string, object>> }> {
  const { resolve } = await import('import-meta-resolve');
  const base = pathToFileURL(join(root, FILE)).href;
  const lower = name.toLowerCase().replace(/[^a-z0-9.+-]/g, '-');
  const isLinux = platforms.some((platform) => platform.startsWith('linux-')) && lower.length > 1;
  const plugins = new Set<string>();
  const packages: Record<string, object> = {};
  for (const format of formats) {
    const plugin = packageFor('formats', format);
    if (plugin !== undefined && !(isLinux && isInstalled(() => resolve(plugin, base)))) continue;
    if (plugin !== undefined) plugins.add(plugin);
    packages[format] = plugin === undefined || lower === name ? {} : { package: lower };
  }
  return { plugins: [...plugins], packages };
}

function isInstalled(resolve: () => string): boolean {
  try {
    return resolve() !== '';
  } catch (error) {
    if (['ERR_MODULE_NOT_FOUND', 'ERR_PACKAGE_PATH_NOT_EXPORTED'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

/** Folders of the project's own get no artifacts, and what is packaged must not lie in an output folder. */
function pathsOf(root: string, contents: readonly InitRule[]): Readonly<Record<string, string>> {
  const used = contents.map(({ from }) => from.split('/')[0]);
  const isFree = (folder: string): boolean =>
    !used.includes(folder) && (!existsSync(join(root, folder)) || namesIn(root, folder).includes(MARKER_NAME));
  const choose = (key: string, usual: string, others: readonly string[]): Record<string, string> => {
    if (isFree(usual)) return {};
    return { [key]: others.find(isFree) ?? `.provisioning-dist/${usual}` };
  };
  return { ...choose('packages', 'packages', ['artifacts', 'release-packages']), ...choose('dist', 'dist', ['staged', 'release-staged']) };
}

/** `git@host:path` and `ssh://` remotes have their pages at the same place of the web, where forges are concerned. */
function fromGit(git: GitFacts | undefined): InitFacts {
  const remote = (git?.remote ?? '').replace(/(?:\.git)?\/?$/, '');
  const [, host, path] = /^(?:https?:\/\/|(?:ssh:\/\/)?(?:[\w-]+@)?)([\w-]+(?:\.[\w-]+)+)[:/]([\w.~-]+(?:\/[\w.~-]+)+)$/.exec(remote) ?? [];
  const version = git?.lastTag === undefined ? undefined : versionOfTag(git.lastTag, '');
  return { homepage: host && path ? homepageOf(`https://${host}/${path}`) : undefined, version, source: 'git' };
}

function refuseOthers(root: string, force: boolean): void {
  const other = readdirSync(root).find((name) => OTHERS.test(name) && name !== FILE);
  if (other !== undefined) throw alreadyThere(other, 'a project has one configuration: delete or rename that one first');
  if (!force && lstatSync(join(root, FILE), { throwIfNoEntry: false })) throw alreadyThere(FILE, 'add --force to replace it, or look at --dry-run');
}

function alreadyThere(file: string, hint: string): DistError {
  return new DistError('init-exists', `Cannot write "${FILE}": "${file}" is there already`, { exit: EXIT.usage, where: { file }, hint });
}
