import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyEffect, Artifact, EffectContext, KeyHandle, RegistryJob, Release, RollbackJob } from '@provisioning-dist/core';
import { writeArtifacts } from '../../../core/src/testing/artifacts.ts';
import type { AptOptions } from '../../src/apt/options.ts';
import { apt } from '../../src/apt/registry.ts';
import { testKey } from './bench.ts';
import { debArtifact, type TestDeb } from './debs.ts';

/** Releases published and taken back, as the lifecycle does it in short. */

export const DATE = 1_700_000_000;

const log = { info: () => {}, warn: () => {}, debug: () => {} };

const unused = (): never => {
  throw new Error('apt needs no servers of its own here');
};

export interface Published {
  readonly job: RegistryJob<AptOptions>;
  readonly undo: () => Promise<void>;
  readonly retarget: (to: string) => Promise<void>;
}

export interface Publishing {
  readonly options: AptOptions;
  /** For the debs on this side. */
  readonly folder: string;
  readonly key?: (id: string) => KeyHandle;
}

export interface TestRelease extends Partial<Release> {
  readonly version: string;
  /** Default one of that version. */
  readonly debs?: readonly TestDeb[];
}

export function jobOf({ options, folder, key = testKey }: Publishing, { debs, ...about }: TestRelease): Published {
  const release: Release = { product: 'acme', name: 'acme', snapshot: false, date: DATE, ...about };
  const here = join(folder, release.name, release.version);
  const artifacts = writeArtifacts(here, (debs ?? [{ version: `${release.version}-1` }]).map(debArtifact));
  // Fresh options: another process would have another storage as well.
  const own = { ...options };
  const done: (() => Promise<void>)[] = [];
  const context: Omit<EffectContext<AptOptions>, 'before'> = {
    ...{ options: own, log, signal: new AbortController().signal, file: ({ name }) => join(here, name), http: unused, key },
  };
  async function effect(one: AnyEffect, input: unknown): Promise<unknown> {
    const found = await one.probe?.(input, { ...context, before: undefined });
    if (found !== undefined) return found;
    const result = await one.apply(input, { ...context, before: undefined });
    done.push(async () => await one.revert?.(input, result, { ...context, before: undefined }));
    return result;
  }
  const job = {
    ...{ release, options: own, id: 'apt', signal: context.signal, log, tmp: () => folder, http: unused, key },
    ...{ artifacts: (): readonly Artifact[] => artifacts, locate: () => undefined, effect: effect as RegistryJob<AptOptions>['effect'] },
  };
  const undo = async (): Promise<void> => {
    for (const revert of done.splice(0).toReversed()) await revert();
  };
  const rollback = (mode: RollbackJob<AptOptions>['mode'], to?: string): RollbackJob<AptOptions> => ({ ...job, mode, to, journal: [], undo });
  return { job, undo, retarget: async (to) => await apt.rollback?.(rollback('retarget', to)) };
}

export async function publish(publishing: Publishing, release: TestRelease): Promise<Published> {
  const published = jobOf(publishing, release);
  await apt.publish(published.job);
  return published;
}

export function put(folder: string, path: string, content: string | Uint8Array): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), content);
}
