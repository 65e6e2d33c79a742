import type { KeyHandle, Release } from '@provisioning-dist/core';
import type { TestArtifact } from '@provisioning-dist/core/testing';
import type { YumOptions } from '../../src/yum/options.ts';
import { yum } from '../../src/yum/registry.ts';
import * as repository from '../repository/runner.ts';
import { testKey } from './bench.ts';
import { rpmArtifact } from './rpms.ts';

export { DATE, put } from '../repository/runner.ts';

export interface Publishing {
  readonly options: YumOptions;
  /** For the rpms on this side. */
  readonly folder: string;
  readonly key?: (id: string) => KeyHandle;
}

export interface TestRelease extends Partial<Release> {
  readonly version: string;
  /** Default one of that version. */
  readonly rpms?: readonly TestArtifact[];
}

export type Published = repository.Published<YumOptions>;

export function jobOf(publishing: Publishing, { rpms, ...about }: TestRelease): Published {
  return repository.jobOf(yum, { key: testKey, ...publishing }, { ...about, packages: rpms ?? [rpmArtifact({ version: about.version })] });
}

export async function publish(publishing: Publishing, release: TestRelease): Promise<Published> {
  const published = jobOf(publishing, release);
  await yum.publish(published.job);
  return published;
}
