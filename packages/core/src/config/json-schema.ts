import { z } from 'zod';
import type { OptionsKit, Plugin } from '../plugin.ts';
import { createOptionsKit } from './options-kit.ts';
import { BUILD_KEYS, CHANGELOG_KEYS, NOTIFY_KEYS, PACKAGE_KEYS, PUBLISH_KEYS, SIGN_KEYS, topSchema, VALIDATE_KEYS } from './schema.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

type Properties = Readonly<Record<string, JsonSchema>>;

interface Definition {
  readonly options: (kit: OptionsKit) => z.ZodType;
}

/** What a plugin brings, as far as editors care. */
export type SchemaPlugin = Pick<Plugin, 'builders' | 'formats' | 'registries' | 'keys' | 'channels' | 'facts' | 'validators'>;

/** Draft 7 is what the YAML and JSON services of editors read in full. */
function toJson(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7', unrepresentable: 'any' });
  return json;
}

function propertiesOf(json: JsonSchema): Properties {
  return (json.properties ?? {}) as Properties;
}

/** `deb:` without a value is an instance with default options. */
function orNull(json: JsonSchema): JsonSchema {
  return json.type === 'object' ? { ...json, type: ['object', 'null'] } : { anyOf: [json, { type: 'null' }] };
}

function optionsJson({ options }: Definition): JsonSchema {
  return toJson(options(createOptionsKit({ env: {}, root: '.', onValue: () => undefined })));
}

/** One instance: core's keys and the plugin's options. Options that are no plain object are left open. */
function instanceJson(common: Properties, definition: Definition): JsonSchema {
  const { type, required, properties, ...rest } = optionsJson(definition);
  if (type !== 'object') return { type: 'object', properties: common };
  return {
    ...rest,
    type,
    properties: { ...common, ...(properties as Properties) },
    ...(required === undefined ? {} : { required }),
    additionalProperties: rest.additionalProperties ?? false,
  };
}

/** An instance under a key of its own must say what it uses. */
function named(use: string, json: JsonSchema): JsonSchema {
  const required = [...((json.required as readonly string[] | undefined) ?? []), 'use'];
  return { ...json, properties: { ...propertiesOf(json), use: { const: use } }, required };
}

function instancesJson(description: unknown, byUse: ReadonlyMap<string, JsonSchema>): JsonSchema {
  const properties = Object.fromEntries([...byUse].map(([use, json]) => [use, orNull(json)]));
  const others = [...byUse].map(([use, json]) => named(use, json));
  const map = { type: ['object', 'null'], properties, ...(others.length === 0 ? {} : { additionalProperties: { anyOf: others } }) };
  const items = {
    anyOf: [
      { type: 'string', ...(byUse.size === 0 ? {} : { enum: [...byUse.keys()] }) },
      { type: 'object', minProperties: 1, maxProperties: 1 },
    ],
  };
  return { description, anyOf: [map, { type: 'array', items }] };
}

function joined(plugins: readonly SchemaPlugin[], section: keyof SchemaPlugin): [string, Definition][] {
  return plugins.flatMap((plugin) => Object.entries(plugin[section] ?? {}));
}

/** `archive` and the like stand for the default format of each system and take the options of all of them. */
function groups(plugins: readonly SchemaPlugin[], common: Properties): [string, JsonSchema][] {
  const byGroup = Object.groupBy(
    plugins.flatMap((plugin) => Object.values(plugin.formats ?? {})).filter(({ defaultFor }) => defaultFor !== undefined),
    ({ group }) => group,
  );
  return Object.entries(byGroup).map(([group, formats]) => {
    const properties = Object.assign({}, common, ...formats.map((format) => propertiesOf(instanceJson(common, format)))) as Properties;
    return [group, { type: 'object', properties, additionalProperties: false }];
  });
}

function commonOf(json: JsonSchema, section: string, keys: readonly string[]): Properties {
  const instance = (propertiesOf(json)[section]?.additionalProperties ?? propertiesOf(json)[section]?.items) as JsonSchema;
  return Object.fromEntries(Object.entries(propertiesOf(instance)).filter(([key]) => keys.includes(key)));
}

function buildJson(description: unknown, common: Properties, builders: readonly [string, Definition][]): JsonSchema {
  const items = builders.map(([key, definition]) => ({
    type: 'object',
    properties: { ...common, [key]: orNull(optionsJson(definition)) },
    required: [key],
    additionalProperties: false,
  }));
  const bare = { type: 'string', ...(builders.length === 0 ? {} : { enum: builders.map(([key]) => key) }) };
  return { description, type: 'array', items: { anyOf: [bare, ...(items.length === 0 ? [{ type: 'object' }] : items)] } };
}

/** One section, no map of instances; `use` is left out by nearly everybody. */
function changelogJson({ description, ...open }: JsonSchema, provided: readonly [string, Definition][]): JsonSchema {
  const common = Object.fromEntries(Object.entries(propertiesOf(open)).filter(([key]) => (CHANGELOG_KEYS as readonly string[]).includes(key)));
  const own = provided.map(([key, definition]) => {
    const json = instanceJson(common, definition);
    return key === 'changelog' ? json : named(key, json);
  });
  return { description, anyOf: own.length === 0 ? [orNull(open)] : own.map(orNull) };
}

function definitionsFor(base: JsonSchema, plugins: readonly SchemaPlugin[]): Properties {
  const described = (section: string): unknown => propertiesOf(base)[section]?.description;
  const packageKeys = commonOf(base, 'packages', PACKAGE_KEYS);
  const publishKeys = commonOf(base, 'publish', PUBLISH_KEYS);
  const instancesOf = (section: keyof SchemaPlugin, common: Properties) =>
    joined(plugins, section).map(([key, definition]): [string, JsonSchema] => [key, instanceJson(common, definition)]);
  const variant = orNull(propertiesOf(base).variants?.additionalProperties as JsonSchema);
  return {
    build: buildJson(described('build'), commonOf(base, 'build', BUILD_KEYS), joined(plugins, 'builders')),
    packages: instancesJson(described('packages'), new Map([...groups(plugins, packageKeys), ...instancesOf('formats', packageKeys)])),
    publish: instancesJson(described('publish'), new Map(instancesOf('registries', publishKeys))),
    sign: instancesJson(described('sign'), new Map(instancesOf('keys', commonOf(base, 'sign', SIGN_KEYS)))),
    validate: instancesJson(described('validate'), new Map(instancesOf('validators', commonOf(base, 'validate', VALIDATE_KEYS)))),
    notify: instancesJson(described('notify'), new Map(instancesOf('channels', commonOf(base, 'notify', NOTIFY_KEYS)))),
    changelog: changelogJson(propertiesOf(base).changelog ?? {}, joined(plugins, 'facts')),
    variants: {
      description: described('variants'),
      anyOf: [
        { type: 'object', additionalProperties: variant },
        { type: 'array', items: { type: 'string' } },
      ],
    },
    hooks: orNull(propertiesOf(base).hooks as JsonSchema),
  };
}

function withReferences(json: JsonSchema, names: readonly string[]): JsonSchema {
  const references = Object.fromEntries(names.map((name) => [name, { $ref: `#/definitions/${name}` }]));
  return { ...json, properties: { ...propertiesOf(json), ...references } };
}

/** The JSON Schema of a configuration that uses these plugins, for editors and the `schema` command. */
export function configSchema(plugins: readonly SchemaPlugin[]): JsonSchema {
  const base = toJson(topSchema);
  const definitions = definitionsFor(base, plugins);
  const names = Object.keys(definitions);
  const top = withReferences(base, names);
  const products = propertiesOf(base).products ?? {};
  const product = withReferences(products.additionalProperties as JsonSchema, names);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'provisioning-dist',
    ...top,
    properties: { ...propertiesOf(top), products: { ...products, additionalProperties: orNull(product) } },
    definitions,
  };
}
