import type { SignInstance } from '../config/config.ts';
import { DistError } from '../errors.ts';
import type { DetachedDefinition } from '../key.ts';
import type { Artifact, ArtifactKind } from '../model/artifact.ts';
import type { ResolvedKey } from './keys.ts';
import type { RunContext } from './run-context.ts';
import { badSuffix, noneAmongOthers, signatureTaken, unknownSubject } from './sign-errors.ts';

/** Which signatures a release is to have, by `sign:` and what is made. Nothing is read or asked. */

export interface PlannedSignature {
  readonly key: ResolvedKey;
  readonly detached: DetachedDefinition<unknown>;
  /** File name. */
  readonly name: string;
  readonly subject: Artifact;
}

/** In the order of the names of what is signed, then of the signatures'. Two of one name are an error. */
export function plannedSignatures(run: Pick<RunContext, 'keys' | 'packages' | 'host'>, artifacts: readonly Artifact[]): readonly PlannedSignature[] {
  const files = artifacts.filter(({ type, kind }) => type === 'file' && kind !== 'signature' && kind !== 'manifest');
  const planned = run.keys.flatMap((key) => signaturesOf(key, files, () => knownNames(run)));
  refuseTaken(planned, artifacts);
  return planned.toSorted((a, b) => compare(a.subject.name, b.subject.name) || compare(a.name, b.name));
}

/** For dry runs: as they will stand in release.json, without sizes and digests. */
export function signaturePlaceholders(run: RunContext, artifacts: readonly Artifact[]): readonly Artifact[] {
  const wanted = plannedSignatures(run, artifacts).filter(({ key }) => isChosen(run, key));
  return wanted.map((planned) => signatureArtifact(planned, { size: 0, sha256: '0'.repeat(64), digests: {} }));
}

export function signatureArtifact(
  { name, subject }: Pick<PlannedSignature, 'name' | 'subject'>,
  file: Pick<Artifact, 'size' | 'sha256' | 'digests'>,
): Artifact {
  const { scope, platform, variant } = subject;
  const place = { scope, ...(platform === undefined ? {} : { platform }), ...(variant === undefined ? {} : { variant }) };
  return { name, kind: 'signature', type: 'file', ...place, ...file, subject: subject.name };
}

export function isSignature({ kind }: Pick<Artifact, 'kind'>): boolean {
  return kind === 'signature';
}

/** Whether flags leave the key in. */
export function isChosen({ selection }: Pick<RunContext, 'selection'>, { instance }: ResolvedKey): boolean {
  return selection.leftOut('sign', instance.id) === undefined;
}

function signaturesOf(key: ResolvedKey, files: readonly Artifact[], known: () => readonly string[]): readonly PlannedSignature[] {
  const { detached } = key.provided.definition;
  const { instance } = key;
  if (!detached || isNone(instance)) return [];
  const names = instance.artifacts.filter((name) => name !== 'all' && name !== 'checksums');
  const unknown = names.find((name) => !known().includes(name));
  if (unknown !== undefined) throw unknownSubject(unknown, instance, ['all', 'none', ...known()]);
  const suffix = detached.suffix(key.options);
  if (!/^(?:\.[A-Za-z0-9_-]{1,20}){1,4}$/.test(suffix)) throw badSuffix(suffix, instance);
  return files.filter((file) => isMeant(instance, file)).map((subject) => ({ key, detached, name: `${subject.name}${suffix}`, subject }));
}

function isNone(instance: SignInstance): boolean {
  if (!instance.artifacts.includes('none')) return false;
  if (instance.artifacts.length > 1) throw noneAmongOthers(instance);
  return true;
}

function isMeant({ artifacts }: SignInstance, { kind, format, instance }: Artifact): boolean {
  return artifacts.some((name) => name === 'all' || name === kind || name === format || name === instance);
}

const KINDS: readonly ArtifactKind[] = ['archive', 'package', 'installer', 'container', 'document', 'checksums'];

function knownNames({ packages, host }: Pick<RunContext, 'packages' | 'host'>): readonly string[] {
  return [...new Set([...KINDS, ...packages.map(({ instance }) => instance.id), ...host.formats.keys()])];
}

/** File systems may fold case. */
function refuseTaken(planned: readonly PlannedSignature[], artifacts: readonly Artifact[]): void {
  const others = artifacts.filter(({ kind }) => kind !== 'signature');
  const taken = new Map(others.map(({ name }): [string, string] => [name.toLowerCase(), `artifact "${name}"`]));
  for (const { name, key } of planned) {
    const other = taken.get(name.toLowerCase());
    if (other !== undefined) throw signatureTaken(name, key.instance, other);
    taken.set(name.toLowerCase(), `a signature of "${key.instance.id}"`);
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Where a secret that the options refer to is not there, its source: `env GPG_KEY`. */
export async function unsetSecret(options: unknown): Promise<string | undefined> {
  for (const { source, reveal } of secretsIn(options)) {
    try {
      await reveal();
    } catch (error) {
      if (error instanceof DistError && error.code === 'secret-missing') return source;
      throw error;
    }
  }
  return undefined;
}

interface Revealing {
  readonly source: string;
  readonly reveal: () => Promise<string>;
}

function secretsIn(value: unknown): readonly Revealing[] {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [];
  if ('reveal' in value && typeof value.reveal === 'function') return [value as Revealing];
  return Object.values(value).flatMap(secretsIn);
}
