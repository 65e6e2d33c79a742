import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import type { ContentStore } from '@provisioning-dist/payload';
import type { BuildItem, LoadedConfig, PackageInstance, Position, ProductConfig } from '../config/config.ts';
import { whereOf } from '../config/errors.ts';
import { loadConfig } from '../config/load.ts';
import { createOptionsParser, type OptionsParser } from '../config/options.ts';
import { positionOf } from '../config/position.ts';
import { DistError, EXIT, throwCollected } from '../errors.ts';
import { type GitFacts, gitFacts } from '../git.ts';
import { groupOf, type Host, openHost, type UsedKey, usedKeys } from '../host.ts';
import type { KeyJob } from '../key.ts';
import { ArtifactSet } from '../model/artifact-set.ts';
import type { Os } from '../model/platform.ts';
import type { Release } from '../model/release.ts';
import { resolvePlatforms } from '../model/resolve-platforms.ts';
import { suggestion } from '../model/suggest.ts';
import { releaseDate, resolveVersion } from '../model/version.ts';
import { severalTags } from '../model/version-tags.ts';
import { API_VERSION } from '../plugin.ts';
import { createRedactor, type Redactor } from '../redact.ts';
import type { Report } from '../report/report.ts';
import { type ReleaseTypeOptions, refuseBackwards, releaseVersion } from '../versions/version-state.ts';
import { cacheFolder } from './cache-folder.ts';
import { resolveChannels } from './channels.ts';
import { execProgram } from './exec.ts';
import { createHttp } from './http-client.ts';
import { keyHandles, type ResolvedKey, resolveKeys } from './keys.ts';
import { type PlanFilters, planRelease, type ResolvedFormat, type ResolvedPackage } from './plan.ts';
import { settleEvery } from './pool.ts';
import { plannedPublish, resolveRegistries } from './registries.ts';
import type { RunContext } from './run-context.ts';
import { parseSelection } from './selection.ts';
import { tempFolders } from './temp.ts';
import { resolveValidators } from './validators.ts';

/** From flags to one run context per product: configuration, plugins, options, facts and plan. Nothing outside is changed. */

export interface SessionOptions {
  readonly cwd: string;
  readonly configFile?: string;
  readonly product?: string;
  /** `--version`: wins over the configuration. */
  readonly version?: string;
  /** The next version instead: `--release-type`. */
  readonly releaseType?: ReleaseTypeOptions;
  /** A version below one that HEAD descends from is refused. */
  readonly forward?: boolean;
  readonly snapshot: boolean;
  readonly filters: PlanFilters;
  readonly skip: readonly string[];
  readonly only: readonly string[];
  readonly jobs?: number;
  /** Bytes for encoder jobs. */
  readonly memory?: number;
  readonly outputDir?: string;
}

export interface Session {
  readonly config: LoadedConfig;
  readonly host: Host;
  /** One per product, or only the chosen one. */
  readonly runs: readonly RunContext[];
  /** Removes temporary folders and closes the store. */
  readonly close: () => Promise<void>;
}

export interface SessionTools {
  readonly report: Report;
  readonly signal: AbortSignal;
  readonly env: NodeJS.ProcessEnv;
}

export async function openSession(options: SessionOptions, tools: SessionTools): Promise<Session> {
  await boundYoungGeneration();
  const { config, redactor } = await openConfig(options, tools);
  const products = chosenProducts(config, options.product);
  if (options.outputDir !== undefined && products.length > 1) throw oneFolder(options.outputDir, products);
  const host = await openHost(config, usedKeys(config, flagKeys(options, products)));
  const parser = createOptionsParser({ env: tools.env, redactor });
  const shared = sharedStore(options, tools);
  const runs = await settleEvery(products.map((product) => openRun({ product, options, tools, host, parser, redactor, store: shared.open })));
  return {
    config,
    host,
    runs,
    close: async () => {
      try {
        for (const run of runs) run.tmp.removeAll();
      } finally {
        await shared.close();
      }
    },
  };
}

/** The configuration and a redactor that knows its secrets. */
export async function openConfig(
  options: Pick<SessionOptions, 'cwd' | 'configFile'>,
  tools: SessionTools,
): Promise<{ readonly config: LoadedConfig; readonly redactor: Redactor }> {
  const redactor = createRedactor();
  tools.report.attach({ redact: redactor.redact });
  const config = await loadConfig({
    cwd: options.cwd,
    env: tools.env,
    redactor,
    ...(options.configFile === undefined ? {} : { file: options.configFile }),
  });
  return { config, redactor };
}

interface RunInput {
  readonly product: ProductConfig;
  readonly options: SessionOptions;
  readonly tools: SessionTools;
  readonly host: Host;
  readonly parser: OptionsParser;
  readonly redactor: Redactor;
  readonly store: () => Promise<ContentStore>;
}

async function openRun(input: RunInput): Promise<RunContext> {
  const { product, options, tools, host, parser, redactor } = input;
  if (!existsSync(product.root)) throw rootMissing(product);
  const git = await gitFacts(product.root, { tagPrefix: product.tagPrefix, outputs: Object.values(product.paths), signal: tools.signal });
  const release = releaseOf(product, git, { options: await versionOptions(product, { options, tools }), tools });
  const { platforms, problems } = resolvePlatforms(product.platforms, (index) => whereOf(positionOf(product, 'platforms', index)));
  throwCollected(problems);
  const packages = resolvePackages(host, withFlagFormats(host, product, options.filters.formats), parser);
  const registries = resolveRegistries(host, product, parser);
  const keys = resolveKeys(host, product, parser);
  const validators = resolveValidators(host, product, parser);
  const channels = resolveChannels(host, product, parser);
  const selection = parseSelection(options, {
    build: product.build.map(({ id }) => id),
    package: packages.map(({ instance }) => instance.id),
    sign: keys.map(({ instance }) => instance.id),
    validate: validators.map(({ instance }) => instance.id),
    publish: registries.map(({ instance }) => instance.id),
    notify: channels.map(({ instance }) => instance.id),
  });
  const plan = planRelease({
    product,
    release,
    platforms,
    packages,
    publish: plannedPublish(registries, release, selection),
    filters: options.filters,
    selection,
    knownFormats: [...new Set([...packages.map(({ instance }) => instance.id), ...host.formats.keys()])].sort(),
  });
  const stateDir = join(product.paths.state, 'releases', `${release.product}-${release.version}`);
  const tmp = tempFolders(product.paths.state);
  const web = { redact: redactor.redact, conceal: redactor.add, signal: tools.signal, userAgent: `provisioning-dist/${API_VERSION}` };
  const http = createHttp(web);
  const keyJob = ({ instance: { id }, options: own }: ResolvedKey): KeyJob<unknown> => {
    const log = tools.report.log(id);
    const context = { cwd: product.root, signal: tools.signal, log, env: { SOURCE_DATE_EPOCH: String(release.date) } };
    const exec: KeyJob<unknown>['exec'] = (argv, given = {}) => execProgram(argv, given, context);
    return { release, options: own, id, date: release.date, signal: tools.signal, log, tmp: tmp.make, http, exec };
  };
  return {
    host,
    product,
    plan,
    dirty: product.version === 'git' && options.version === undefined && !release.snapshot && git?.dirty === true,
    packages,
    registries,
    keys,
    validators,
    channels,
    ...resolveFacts(host, product, parser),
    key: keyHandles(keys, keyJob),
    keyJob,
    http,
    dryHttp: createHttp({ ...web, dry: true }),
    selection,
    builderOptions: builderOptions(host, parser),
    report: tools.report,
    signal: tools.signal,
    log: tools.report.log,
    redact: redactor.redact,
    tmp,
    artifacts: new ArtifactSet(),
    store: input.store,
    jobs: options.jobs ?? availableParallelism(),
    outputDir: options.outputDir === undefined ? product.paths.packages : resolve(options.cwd, options.outputDir),
    stateDir,
  };
}

function resolveFacts(host: Host, { changelog }: ProductConfig, parser: OptionsParser): Pick<RunContext, 'facts'> {
  const definition = changelog && host.facts.get(changelog.use)?.definition;
  return definition ? { facts: { definition, options: parser.parse(definition.options, changelog.options, changelog.at) } } : {};
}

interface Facts {
  readonly options: SessionOptions;
  readonly tools: SessionTools;
}

async function versionOptions(product: ProductConfig, { options, tools: { report, signal } }: Facts): Promise<SessionOptions> {
  if (options.forward && options.version !== undefined) await refuseBackwards(product, options.version, signal);
  if (options.releaseType === undefined) return options;
  const { next, current } = await releaseVersion(product, options.releaseType, signal);
  report.info(`${product.name} ${current?.version ?? 'without a version'} -> ${next.version} (${next.why})`);
  return { ...options, version: next.version };
}

function releaseOf(product: ProductConfig, git: GitFacts | undefined, { options, tools }: Facts): Release {
  const version = resolveVersion(product.version, git, {
    snapshot: options.snapshot,
    tagPrefix: product.tagPrefix,
    ...(options.version === undefined ? {} : { override: options.version }),
  });
  const chosen =
    version.snapshot || product.version !== 'git' || options.version !== undefined ? undefined : severalTags(git?.tags ?? [], product.tagPrefix);
  if (chosen !== undefined) tools.report.info(chosen);
  const { date, notice } = releaseDate(tools.env.SOURCE_DATE_EPOCH, git);
  if (notice !== undefined) tools.report.info(notice);
  const { description, homepage, license, maintainer, vendor } = product;
  const texts = { description, homepage, license, maintainer, vendor, commit: git?.commit };
  const given = Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== undefined));
  return Object.freeze({ product: product.product, name: product.name, ...version, date, ...given });
}

function resolvePackages(host: Host, instances: readonly PackageInstance[], parser: OptionsParser): readonly ResolvedPackage[] {
  return instances.map((instance) => {
    const own = host.formats.get(instance.use);
    const choices = (own ? [own] : groupOf(host, instance.use)).map((provided): ResolvedFormat => {
      const { key, definition } = provided;
      return { key, definition, options: parser.parse(definition.options, instance.options, instance.at) };
    });
    return {
      instance,
      format: (os: Os | undefined) => (own || os === undefined ? choices[0] : choices.find(({ definition }) => definition.defaultFor?.includes(os))),
      answersTo: (name: string) =>
        name === instance.id || name === instance.use || choices.some(({ key, definition }) => name === key || name === definition.group),
    };
  });
}

/** Formats named by flags only get an instance with default options; a project without `packages:` gets the default archives. */
function withFlagFormats(host: Host, product: ProductConfig, formats: readonly string[]): readonly PackageInstance[] {
  const configured = product.packages.length === 0 && formats.length === 0 ? [implicitInstance('archive', 'packages')] : product.packages;
  const known = (name: string): boolean =>
    configured.some((instance) => {
      const definition = host.formats.get(instance.use)?.definition;
      return (
        name === instance.id || name === instance.use || name === definition?.group || groupOf(host, instance.use).some(({ key }) => key === name)
      );
    });
  const missing = formats.filter((name) => !known(name));
  return [...configured, ...missing.map((name) => implicitInstance(name, '--format'))];
}

function implicitInstance(use: string, key: string): PackageInstance {
  return { id: use, use, options: {}, at: { file: key, key } };
}

/** Keys that flags use beyond the configuration, so that their bundled plugins are loaded and unknown ones refused. */
function flagKeys(options: SessionOptions, products: readonly ProductConfig[]): readonly UsedKey[] {
  const configured = new Set(products.flatMap((product) => product.packages.flatMap(({ id, use }) => [id, use])));
  const names = options.filters.formats.filter((name) => !configured.has(name));
  const implied = products.some((product) => product.packages.length === 0) && names.length === 0 ? ['archive'] : [];
  const at: Position = { file: '--format', key: '--format' };
  return [...names, ...implied].map((key): UsedKey => ({ section: 'formats', key, at }));
}

function builderOptions(host: Host, parser: OptionsParser): (item: BuildItem) => unknown {
  return (item) => {
    const builder = host.builders.get(item.use);
    if (!builder) throw new RangeError(`Cannot find builder "${item.use}": the host did not load it`);
    return parser.parse(builder.definition.options, item.options, item.at);
  };
}

/** All products, or the named one. */
export function chosenProducts(config: LoadedConfig, name: string | undefined): readonly ProductConfig[] {
  if (name === undefined) return config.products;
  const found = config.products.filter(({ product }) => product === name);
  if (found.length > 0) return found;
  const names = config.products.map(({ product }) => product);
  const near = suggestion(name, names);
  throw new DistError('unknown-product', `Cannot select product "${name}": there are ${names.join(', ')}`, {
    exit: EXIT.usage,
    ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }),
  });
}

function oneFolder(folder: string, products: readonly ProductConfig[]): DistError {
  const names = products.map(({ product }) => product).join(', ');
  return new DistError('one-folder', `Cannot use "${folder}" for the artifacts of ${names}: a folder holds those of one release`, {
    exit: EXIT.usage,
    hint: 'choose one with --product, or set "paths.packages" of each product',
  });
}

/** Most of what a run allocates is gone at once: a young generation that grows takes 30 to 60 MB and saves no time. */
async function boundYoungGeneration(): Promise<void> {
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString('--semi-space-growth-factor=1');
}

function sharedStore(
  options: SessionOptions,
  tools: SessionTools,
): { readonly open: () => Promise<ContentStore>; readonly close: () => Promise<void> } {
  let opened: Promise<ContentStore> | undefined;
  return {
    open: () => (opened ??= openStore(options, tools)),
    close: async () => {
      if (!opened) return;
      const store = await opened;
      await store.close();
      const { encoderInputBytes, bytesRead } = store.counters;
      tools.report.debug(`encoded ${encoderInputBytes} bytes, read ${bytesRead}`, 'content');
    },
  };
}

/** Encoders and their workers are loaded by those who package. */
async function openStore({ memory, jobs }: SessionOptions, { env, signal, report }: SessionTools): Promise<ContentStore> {
  const { ContentStore } = await import('@provisioning-dist/payload');
  return ContentStore.open({
    dir: cacheFolder(env),
    signal,
    notice: report.warn,
    ...(memory === undefined ? {} : { memory }),
    ...(jobs === undefined ? {} : { threads: jobs }),
  });
}

function rootMissing(product: ProductConfig): DistError {
  return new DistError('product-path-missing', `Cannot work on product "${product.product}": there is no folder "${product.root}"`, {
    exit: EXIT.usage,
    where: whereOf(positionOf(product, 'path')),
    hint: 'change its "path"',
  });
}
