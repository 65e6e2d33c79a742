import type { KeyHandle, Release } from '@provisioning-dist/core';
import type { AptOptions } from '../../src/apt/options.ts';
import { apt } from '../../src/apt/registry.ts';
import * as repository from '../repository/runner.ts';
import { testKey } from './bench.ts';
import { debArtifact, type TestDeb } from './debs.ts';

export { DATE, put } from '../repository/runner.ts';

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

export type Published = repository.Published<AptOptions>;

export function jobOf(publishing: Publishing, { debs, ...about }: TestRelease): Published {
  return repository.jobOf(
    apt,
    { key: testKey, ...publishing },
    { ...about, packages: (debs ?? [{ version: `${about.version}-1` }]).map(debArtifact) },
  );
}

export async function publish(publishing: Publishing, release: TestRelease): Promise<Published> {
  const published = jobOf(publishing, release);
  await apt.publish(published.job);
  return published;
}
