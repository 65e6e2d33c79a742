import type { AnyChannel, ChannelJob } from './channel.ts';
import type { LoadedConfig, Position } from './config/config.ts';
import { whereOf } from './config/errors.ts';
import { DistError, EXIT } from './errors.ts';
import type { AnyFacts } from './facts.ts';
import { KeyedBail, KeyedSeries, Series, type TapObserver } from './hook-taps.ts';
import type { BeforeBuildJob, HookFacade, PackageAnswer, StageJob } from './hooks.ts';
import type { BuildJob, BuildOutput, FormatJob, RegistryJob, RollbackJob, SignJob, ValidateJob } from './jobs.ts';
import type { AnyKey } from './key.ts';
import { packageFor } from './known-plugins.ts';
import type { Finding } from './model/finding.ts';
import { suggestion } from './model/suggest.ts';
import type { AnyBuilder, AnyFormat, AnyRegistry, Plugin } from './plugin.ts';
import { pluginBroken, providedTwice } from './plugin-errors.ts';
import { BUNDLED, type FoundPlugin, findBundled, findPlugin } from './plugin-loader.ts';
import type { ServicesDefinition } from './services.ts';
import type { AnyValidator } from './validator.ts';

/** Configuration -> plugins -> tapped hooks; the only place where they meet. */

/** Something a plugin provides under a key. */
export interface Provided<Definition> {
  readonly key: string;
  readonly plugin: string;
  readonly version: string;
  readonly definition: Definition;
}

/** The hooks as the lifecycle calls them; plugins see `HookFacade`. */
export interface LifecycleHooks extends HookFacade {
  readonly beforeBuild: Series<BeforeBuildJob>;
  readonly build: KeyedSeries<BuildJob<unknown>, readonly BuildOutput[]>;
  readonly stage: Series<StageJob>;
  readonly package: KeyedBail<FormatJob<unknown>, PackageAnswer>;
  readonly validate: KeyedSeries<ValidateJob<unknown>, readonly Finding[]>;
  readonly sign: KeyedSeries<SignJob<unknown>, void>;
  readonly publish: KeyedSeries<RegistryJob<unknown>, void>;
  readonly notify: KeyedSeries<ChannelJob<unknown>, void>;
  readonly rollback: KeyedBail<RollbackJob<unknown>, true>;
}

export interface Host {
  readonly hooks: LifecycleHooks;
  readonly formats: ReadonlyMap<string, Provided<AnyFormat>>;
  readonly builders: ReadonlyMap<string, Provided<AnyBuilder>>;
  readonly registries: ReadonlyMap<string, Provided<AnyRegistry>>;
  readonly keys: ReadonlyMap<string, Provided<AnyKey>>;
  readonly channels: ReadonlyMap<string, Provided<AnyChannel>>;
  readonly facts: ReadonlyMap<string, Provided<AnyFacts>>;
  readonly services: ReadonlyMap<string, Provided<ServicesDefinition>>;
  readonly validators: ReadonlyMap<string, Provided<AnyValidator>>;
}

type Section = 'formats' | 'builders' | 'registries' | 'keys' | 'channels' | 'facts' | 'services' | 'validators';

/** A key some part of the configuration or a flag uses, and where. */
export interface UsedKey {
  readonly section: Section;
  readonly key: string;
  readonly at: Position;
}

/** Loads the plugins that are named and those bundled ones whose keys are used, and taps their handlers. */
export async function openHost(config: LoadedConfig, used: readonly UsedKey[], observe: TapObserver = () => {}): Promise<Host> {
  const named = await Promise.all(config.plugins.map((plugin) => findPlugin(plugin.name, config.file, plugin.at)));
  const bundled = BUNDLED.filter((name) => !named.some((plugin) => plugin.name === name)).map((name) => findBundled(name));
  const wanted = [...named, ...bundled.filter((plugin) => used.some((use) => provides(plugin, use)))];
  const loaded = await Promise.all(wanted.map(async (found) => ({ found, plugin: await found.load() })));
  const host = compile(loaded, observe);
  refuseUnknown(host, used, bundled);
  return host;
}

/** Every plugin a project may use: those it names and those that come with the command line. For schemas and lists, not for runs. */
export async function allPlugins(config: LoadedConfig | undefined): Promise<readonly Plugin[]> {
  const named = await Promise.all((config?.plugins ?? []).map((plugin) => findPlugin(plugin.name, config?.file ?? '', plugin.at)));
  const bundled = BUNDLED.filter((name) => !named.some((plugin) => plugin.name === name)).map((name) => findBundled(name));
  return Promise.all([...named, ...bundled].map((plugin) => plugin.load()));
}

/** What a plugin for services is found by: there is no service without it. Formats name further ones. */
const SERVICES = 'systemd';

/** The keys a configuration uses. `extra` are those named by flags only. */
export function usedKeys(config: LoadedConfig, extra: readonly UsedKey[]): readonly UsedKey[] {
  return [
    ...config.products.flatMap((product): UsedKey[] => [
      ...product.build.map((item): UsedKey => ({ section: 'builders', key: item.use, at: item.at })),
      ...product.packages.map((item): UsedKey => ({ section: 'formats', key: item.use, at: item.at })),
      ...product.publish.map((item): UsedKey => ({ section: 'registries', key: item.use, at: item.at })),
      ...product.sign.map((item): UsedKey => ({ section: 'keys', key: item.use, at: item.at })),
      ...product.validate.map((item): UsedKey => ({ section: 'validators', key: item.use, at: item.at })),
      ...product.notify.map((item): UsedKey => ({ section: 'channels', key: item.use, at: item.at })),
      ...product.services.slice(0, 1).map(({ at }): UsedKey => ({ section: 'services', key: SERVICES, at })),
      ...(product.changelog ? [{ section: 'facts', key: product.changelog.use, at: product.changelog.at } as const] : []),
    ]),
    ...extra,
  ];
}

/** Every format of a group that is a default somewhere, in the order plugins declare them. */
export function groupOf(host: Pick<Host, 'formats'>, group: string): readonly Provided<AnyFormat>[] {
  return [...host.formats.values()].filter((format) => format.definition.group === group && format.definition.defaultFor !== undefined);
}

function provides(plugin: FoundPlugin, use: UsedKey): boolean {
  const { metadata } = plugin;
  if (metadata?.[use.section]?.includes(use.key)) return true;
  return use.section === 'formats' && metadata?.groups?.includes(use.key) === true;
}

interface LoadedPlugin {
  readonly found: FoundPlugin;
  readonly plugin: Plugin;
}

function compile(loaded: readonly LoadedPlugin[], observe: TapObserver): Host {
  const hooks: LifecycleHooks = {
    beforeBuild: new Series('beforeBuild'),
    build: new KeyedSeries('build'),
    stage: new Series('stage'),
    package: new KeyedBail('package'),
    validate: new KeyedSeries('validate'),
    sign: new KeyedSeries('sign'),
    publish: new KeyedSeries('publish'),
    notify: new KeyedSeries('notify'),
    rollback: new KeyedBail('rollback'),
  };
  const builders = collect<AnyBuilder>(loaded, 'builders');
  const formats = collect<AnyFormat>(loaded, 'formats');
  const registries = collect<AnyRegistry>(loaded, 'registries');
  const keys = collect<AnyKey>(loaded, 'keys');
  const channels = collect<AnyChannel>(loaded, 'channels');
  const facts = collect<AnyFacts>(loaded, 'facts');
  const services = collect<ServicesDefinition>(loaded, 'services');
  const validators = collect<AnyValidator>(loaded, 'validators');
  for (const { key, plugin, definition } of builders.values()) {
    hooks.build.provide(key);
    hooks.build.tap(key, { name: plugin }, (job) => definition.build(job));
  }
  for (const { key, plugin, definition } of formats.values()) {
    hooks.package.provide(key);
    hooks.package.tap(key, { name: plugin }, (job) => answerOf(definition, job));
    hooks.validate.provide(key);
    const { read } = definition;
    if (read) hooks.validate.tap(key, { name: plugin }, async ({ source, distribution, view }) => [...(await read(source, distribution, view))]);
  }
  for (const { key, plugin, definition } of registries.values()) {
    hooks.publish.provide(key);
    hooks.publish.tap(key, { name: plugin }, (job) => definition.publish(job));
    hooks.rollback.provide(key);
    const { rollback } = definition;
    if (rollback) hooks.rollback.tap(key, { name: plugin }, (job) => rolledBack(definition, job));
  }
  for (const { key } of keys.values()) hooks.sign.provide(key);
  for (const { key, plugin, definition } of channels.values()) {
    hooks.notify.provide(key);
    hooks.notify.tap(key, { name: plugin }, (job) => definition.send(job));
  }
  for (const each of loaded) setUp(each, hooks);
  for (const hook of Object.values(hooks)) hook.seal(observe);
  return { hooks, builders, formats, registries, keys, channels, facts, services, validators };
}

/** Undoing the journal is core's own answer, also to a mode the registry does not name. */
async function rolledBack({ rollback, rollbackModes = [] }: AnyRegistry, job: RollbackJob<unknown>): Promise<true | undefined> {
  if (!rollback || (job.mode !== 'undo' && !rollbackModes.includes(job.mode))) return undefined;
  await rollback(job);
  return true;
}

function setUp({ found: { name, at }, plugin }: LoadedPlugin, hooks: HookFacade): void {
  try {
    plugin.setup?.({ hooks });
  } catch (error) {
    throw error instanceof DistError ? error : pluginBroken(name, at, error);
  }
}

function answerOf(format: AnyFormat, job: FormatJob<unknown>): PackageAnswer | undefined {
  if (format.write) return { parts: format.write(job) };
  if (format.layout) return { members: format.layout(job) };
  return undefined;
}

function collect<Definition>(loaded: readonly LoadedPlugin[], section: Section): ReadonlyMap<string, Provided<Definition>> {
  const result = new Map<string, Provided<Definition>>();
  for (const { found, plugin } of loaded) {
    for (const [key, definition] of Object.entries(plugin[section] ?? {})) {
      const other = result.get(key);
      if (other) throw providedTwice(NOUN[section], key, other.plugin, found);
      result.set(key, { key, plugin: plugin.name, version: found.version, definition: definition as Definition });
    }
  }
  return result;
}

function refuseUnknown(host: Host, used: readonly UsedKey[], bundled: readonly FoundPlugin[]): void {
  for (const use of used) {
    const isGroup = use.section === 'formats' && groupOf(host, use.key).length > 0;
    if (!host[use.section].has(use.key) && !isGroup) throw unknownKey(use, knownKeys(host, use.section, bundled));
  }
}

function knownKeys(host: Host, section: Section, bundled: readonly FoundPlugin[]): readonly string[] {
  const groups =
    section === 'formats' ? [...host.formats.values()].filter((format) => format.definition.defaultFor).map((format) => format.definition.group) : [];
  const lists = bundled.flatMap(({ metadata }) => [...(metadata?.[section] ?? []), ...(section === 'formats' ? (metadata?.groups ?? []) : [])]);
  return [...new Set([...host[section].keys(), ...groups, ...lists])].sort();
}

function hintFor({ section, key }: UsedKey, near: string | undefined): string {
  const known = packageFor(section, key);
  if (known !== undefined) return `npm install ${known}, and name it under "plugins:"`;
  return near === undefined ? 'name the package that provides it under "plugins:"' : `did you mean "${near}"?`;
}

const NOUN: Readonly<Record<Section, string>> = {
  formats: 'format',
  builders: 'builder',
  registries: 'registry',
  keys: 'key',
  channels: 'channel',
  facts: 'changelog',
  services: 'service manager',
  validators: 'validator',
};

function unknownKey(use: UsedKey, known: readonly string[]): DistError {
  const near = suggestion(use.key, known);
  return new DistError('unknown-plugin-key', `Cannot use ${NOUN[use.section]} "${use.key}": no plugin provides it; there are ${known.join(', ')}`, {
    exit: EXIT.usage,
    where: whereOf(use.at),
    hint: hintFor(use, near),
  });
}
