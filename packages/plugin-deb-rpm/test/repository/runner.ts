import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyEffect, Artifact, EffectContext, KeyHandle, RegistryDefinition, RegistryJob, Release, RollbackJob } from '@provisioning-dist/core';
import type { TestArtifact } from '@provisioning-dist/core/testing';
import { writeArtifacts } from '../../../core/src/testing/artifacts.ts';

/** Releases published and taken back, as the lifecycle does it in short. */

export const DATE = 1_700_000_000;

const log = { info: () => {}, warn: () => {}, debug: () => {} };

const unused = (): never => {
  throw new Error('a repository needs no servers of its own here');
};

export interface Published<Options> {
  readonly job: RegistryJob<Options>;
  readonly undo: () => Promise<void>;
  readonly retarget: (to: string) => Promise<void>;
}

export interface Publishing<Options> {
  readonly options: Options;
  /** For the packages on this side. */
  readonly folder: string;
  readonly key: (id: string) => KeyHandle;
}

export interface TestRelease extends Partial<Release> {
  readonly version: string;
  readonly packages: readonly TestArtifact[];
}

export function jobOf<Options extends object>(
  definition: RegistryDefinition<Options>,
  { options, folder, key }: Publishing<Options>,
  { packages, ...about }: TestRelease,
): Published<Options> {
  const release: Release = { product: 'acme', name: 'acme', snapshot: false, date: DATE, ...about };
  const here = join(folder, release.name, release.version);
  const artifacts = writeArtifacts(here, packages);
  // Fresh options: another process would have another storage as well.
  const own = { ...options };
  const done: (() => Promise<void>)[] = [];
  const context: Omit<EffectContext<Options>, 'before'> = {
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
    ...{ release, options: own, id: 'repository', signal: context.signal, log, tmp: () => folder, http: unused, key },
    ...{ artifacts: (): readonly Artifact[] => artifacts, locate: () => undefined, effect: effect as RegistryJob<Options>['effect'] },
  };
  const undo = async (): Promise<void> => {
    for (const revert of done.splice(0).toReversed()) await revert();
  };
  const rollback = (mode: RollbackJob<Options>['mode'], to?: string): RollbackJob<Options> => ({ ...job, mode, to, journal: [], undo });
  return { job, undo, retarget: async (to) => await definition.rollback?.(rollback('retarget', to)) };
}

export function put(folder: string, path: string, content: string | Uint8Array): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), content);
}
