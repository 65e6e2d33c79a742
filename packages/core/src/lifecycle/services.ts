import { posix } from 'node:path';
import type { ServiceConfig } from '../config/config.ts';
import { positionOf } from '../config/position.ts';
import { type Fields, renderTemplate } from '../config/template.ts';
import type { Distribution } from '../model/distribution.ts';
import type { Entry } from '../model/entry.ts';
import type { PlannedArtifact } from '../model/plan.ts';
import { matchesPlatform } from '../model/selector.ts';
import type { Service } from '../model/service.ts';
import type { ServiceFiles, ServicePlace } from '../services.ts';
import type { ResolvedFormat } from './plan.ts';
import type { RunContext } from './run-context.ts';
import { noServices, relativePath, serviceProgram, unmadeFolder } from './services-errors.ts';
import { templateFields } from './template-fields.ts';

/** The services of one artifact. */

/** Those the artifact's format tells its system of. */
export function chosenServices({ product }: Pick<RunContext, 'product'>, planned: PlannedArtifact, format: ResolvedFormat): readonly ServiceConfig[] {
  if (format.definition.services === undefined) return [];
  const { platform, variant, components } = planned;
  return product.services.filter(
    (service) =>
      (components === undefined || components.includes(service.component)) &&
      (service.variants === undefined || (variant !== undefined && service.variants.includes(variant))) &&
      (service.platforms === undefined || (platform !== undefined && service.platforms.some((selector) => matchesPlatform(selector, platform)))),
  );
}

/** What a digest must know of them: all but where they are written. */
export function serviceFacts({ host }: Pick<RunContext, 'host'>, services: readonly ServiceConfig[], format: ResolvedFormat): readonly unknown[] {
  if (services.length === 0) return [];
  const { key, plugin, version } = host.services.get(format.definition.services ?? '') ?? {};
  return [[key, plugin, version], ...services.map(({ at: _, ...service }) => service)];
}

export interface ServicesInput {
  readonly planned: PlannedArtifact;
  readonly format: ResolvedFormat;
  /** All of it: programs may be in the packages of other components. */
  readonly distribution: Distribution;
}

export function serviceFiles(run: RunContext, input: ServicesInput): readonly ServiceFiles[] {
  const { planned, format, distribution } = input;
  const services = chosenServices(run, planned, format);
  if (services.length === 0) return [];
  const manager = format.definition.services ?? '';
  const definition = run.host.services.get(manager)?.definition;
  if (definition === undefined) throw noServices(services[0] as ServiceConfig, manager);
  const fields = templateFields({ release: run.plan.release, platform: planned.platform, variant: planned.variant });
  const entries = new Map(distribution.entries.map((entry) => [entry.path, entry]));
  return services.map((service) => {
    const { name, enable, scope } = service;
    checkProgram(service, service.exec[0], entries);
    return Object.freeze({
      name,
      enable,
      scope,
      files: (place: ServicePlace) => definition.files(installed(service, { fields, entries, place })),
    });
  });
}

interface Placing {
  readonly fields: Fields;
  readonly entries: ReadonlyMap<string, Entry>;
  readonly place: ServicePlace;
}

/** The service as it is once installed: fields filled, its program where the format puts it. */
function installed(service: ServiceConfig, placing: Placing): Service {
  const { at: _, component: __, variants: ___, platforms: ____, ...model } = service;
  const { workingDir, envFile, reload, env } = service;
  const fill = filler(service, placing);
  const program = (words: Service['exec'], key: string): Service['exec'] => {
    const [first, ...args] = words;
    return [placed(service, fill(first, key), placing), ...args.map((word) => fill(word, key))];
  };
  return Object.freeze({
    ...model,
    exec: program(service.exec, 'exec'),
    env: Object.fromEntries(Object.entries(env).map(([name, text]) => [name, fill(text, 'env')])),
    ...(workingDir === undefined ? {} : { workingDir: absolute(service, 'workingDir', fill(workingDir, 'workingDir')) }),
    ...(envFile === undefined ? {} : { envFile: absolute(service, 'envFile', fill(envFile, 'envFile')) }),
    ...(reload === undefined ? {} : { reload: typeof reload === 'string' ? reload : program(reload, 'reload') }),
  });
}

/** Fills every text, wherever things will be. */
export function checkServiceTexts(service: ServiceConfig, fields: Fields): void {
  const { exec, reload = [], workingDir = [], envFile = [], env } = service;
  const fill = filler(service, { fields, place: ({ path }) => path });
  for (const [key, texts] of Object.entries({ exec, reload, workingDir, envFile, env: Object.values(env) }))
    for (const text of [texts].flat()) fill(text, key);
}

function absolute(service: ServiceConfig, key: 'workingDir' | 'envFile', path: string): string {
  if (!/^-?\//.test(path)) throw relativePath(positionOf(service, key), service.name, { key, path });
  return path;
}

/** A file of the distribution, or what is there already. */
function placed(service: ServiceConfig, program: string, { entries, place }: Placing): string {
  if (posix.isAbsolute(program)) return program;
  return `/${place(checkProgram(service, program, entries) as Entry)}`;
}

/** With fields it is known only when it is placed. */
function checkProgram(service: ServiceConfig, program: string, entries: ReadonlyMap<string, Entry>): Entry | undefined {
  if (posix.isAbsolute(program) || program.includes('{')) return undefined;
  const entry = entries.get(program);
  if (entry === undefined) throw serviceProgram(service, program, 'the distribution has no such file', [...entries.keys()]);
  if (entry.type === 'directory') throw serviceProgram(service, program, 'it is a folder');
  if (entry.type === 'file' && (entry.mode & 0o111) === 0)
    throw serviceProgram(service, program, `its mode is ${entry.mode.toString(8).padStart(4, '0')}: nobody may run it`);
  return entry;
}

/** Where managers make the folders of a system's services. */
const FOLDERS = { state: '/var/lib', cache: '/var/cache', logs: '/var/log', runtime: '/run' } as const;

/** Fills the fields of templates and those of its own: `{etc}`, `{state}`, `{cache}`, `{logs}`, `{runtime}`. */
function filler(service: ServiceConfig, { fields, place }: Pick<Placing, 'fields' | 'place'>): (text: string, key: string) => string {
  const etc = `/${posix.dirname(place({ path: 'service.conf', role: 'config', type: 'file' }))}`;
  const own = Object.entries(FOLDERS).map(([field, folder]): [string, string | undefined] => {
    const name = service.dirs[field as keyof typeof FOLDERS];
    return [field, name === undefined || service.scope === 'user' ? undefined : `${folder}/${name}`];
  });
  const all: Fields = { ...fields, etc, ...Object.fromEntries(own) };
  return (text, key) => {
    const at = positionOf(service, key);
    const missing = own.find(([field, value]) => value === undefined && text.includes(`{${field}}`));
    if (missing !== undefined) throw unmadeFolder(at, service, missing[0]);
    return renderTemplate(text, all, at);
  };
}
