import type { ChangelogConfig, LoadedConfig, ProductConfig } from '../config/config.ts';
import { createOptionsParser } from '../config/options.ts';
import { DistError } from '../errors.ts';
import { gitFacts } from '../git.ts';
import { openHost } from '../host.ts';
import type { SessionTools } from '../lifecycle/session.ts';
import type { Change } from '../model/change.ts';
import type { Release } from '../model/release.ts';
import { resolveVersion, versionOfTag } from '../model/version.ts';
import type { Redactor } from '../redact.ts';
import { askFacts, factsJob } from './release-facts.ts';
import { releaseVersion } from './version-state.ts';

/** The command `changelog`: what would be told, without a release. */

export interface Changelog {
  readonly name: string;
  readonly version: string;
  readonly from?: string;
  readonly to: string;
  readonly notes: string;
  readonly changes: readonly Change[];
}

export interface ChangelogRequest {
  readonly version?: string;
  readonly from?: string;
  readonly to?: string;
}

interface Place {
  readonly config: LoadedConfig;
  readonly redactor: Redactor;
  readonly product: ProductConfig;
}

export async function changelogOf({ config, redactor, product }: Place, asked: ChangelogRequest, tools: SessionTools): Promise<Changelog> {
  const section = product.changelog ?? DEFAULT;
  const host = await openHost(config, [{ section: 'facts', key: section.use, at: section.at }]);
  const definition = host.facts.get(section.use)?.definition;
  if (definition === undefined) throw new RangeError(`Cannot find facts "${section.use}": the host did not load them`);
  const options = createOptionsParser({ env: tools.env, redactor }).parse(definition.options, section.options, section.at);
  const release = await supposed(product, asked.version ?? versionOfTag(asked.to ?? '', product.tagPrefix), tools);
  const job = await factsJob({ product, release, options, signal: tools.signal, log: tools.report.log('changelog') }, asked);
  const { notes = '', changes = [] } = await askFacts(definition, job);
  return { name: product.name, version: release.version, ...job.range, notes, changes };
}

/** A project that has not written `changelog:` yet may look what it would say. */
const DEFAULT: ChangelogConfig = { use: 'changelog', options: {}, at: { file: 'changelog', key: 'changelog' } };

/** The release there is at HEAD, else the next one. */
async function supposed(product: ProductConfig, given: string | undefined, { signal }: SessionTools): Promise<Release> {
  const { product: key, name } = product;
  const git = await gitFacts(product.root, { tagPrefix: product.tagPrefix, outputs: Object.values(product.paths), signal });
  const options = { snapshot: false, tagPrefix: product.tagPrefix, ...(given === undefined ? {} : { override: given }) };
  const date = git?.time ?? 0;
  try {
    return { product: key, name, ...resolveVersion(product.version, git, options), date };
  } catch (error) {
    if (!(error instanceof DistError) || error.code !== 'version-no-tag') throw error;
    return { product: key, name, ...(await next(product, signal)), date };
  }
}

/** Not yet a release: a changelog that is a file has it under "Unreleased". */
async function next(product: ProductConfig, signal: AbortSignal): Promise<Pick<Release, 'version' | 'snapshot'>> {
  const { next: found } = await releaseVersion(product, { type: 'auto' }, signal);
  return { version: found.version, snapshot: true };
}

export function changelogText({ notes, ...rest }: Changelog, format: 'markdown' | 'json' | 'text'): string {
  if (format === 'markdown') return notes;
  return format === 'json' ? asciiControls(JSON.stringify({ ...rest, notes }, null, 2)) : rest.changes.map(changeLine).join('\n');
}

/** `1234567 feat(cli)!: add a flag`: one line per change, nothing in it that a terminal obeys. */
function changeLine({ commit, type, scope, subject, breaking }: Change): string {
  const head = type === undefined ? '' : `${type}${scope === undefined ? '' : `(${scope})`}${breaking === undefined ? '' : '!'}: `;
  return `${commit.slice(0, 7)} ${`${head}${subject}`.replace(UNSEEN, ' ')}`;
}

/** Control characters, and marks that turn or hide text (Unicode TR 36). */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2028\u2029]+/gu;

/** JSON may hold C1 controls and what hides text as they are, and a terminal obeys them. */
function asciiControls(json: string): string {
  return json.replace(/[\u007f-\u009f\p{Cf}\p{Default_Ignorable_Code_Point}\u2028\u2029]/gu, (character) =>
    character.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}
