import { type ArtifactRef, defineRegistry, type RegistryDefinition, type RegistryJob, type RegistryView } from '@provisioning-dist/core';
import { addressOf } from '../repository/locate.ts';
import { publicKeyText, type SetupFile } from '../repository/setup.ts';
import { currentRelease } from './change.ts';
import { noPackages } from './errors.ts';
import { debsOf, keyOf, sourceOf, suiteInputs } from './job.ts';
import { type AptOptions, aptOptions } from './options.ts';
import { pool } from './pool.ts';
import { preflight } from './preflight.ts';
import { record } from './record.ts';
import { rollback } from './rollback.ts';
import { printSources } from './setup.ts';
import { back, suiteOf, update } from './update.ts';
import { verify } from './verify.ts';

type Job = RegistryJob<AptOptions>;

/** An apt repository: a pool of debs, and suites of signed indexes. */
export const apt: RegistryDefinition<AptOptions> = defineRegistry<AptOptions>({
  options: aptOptions,
  effects: [pool, update, back],
  preflight,
  locate,
  publish,
  current,
  verify,
  rollbackModes: ['retarget'],
  rollback,
  record,
});

async function publish(job: Job): Promise<void> {
  const { options } = job;
  const packages = debsOf(job).map(({ name, size, sha256 }) => ({ artifact: { name, size, sha256 }, key: keyOf(job, name) }));
  if (packages.length === 0) throw noPackages(job.id);
  await Promise.all(packages.map((each) => job.effect(pool, each)));
  const setup = await setupFiles(job);
  // Not side by side: each suite is as good as the last one, and a reader of one file sees no two changes at once.
  for (const [index, input] of suiteInputs(job).entries())
    await job.effect(update, { ...input, component: options.component, packages, setup: index === 0 ? setup : [] });
}

async function setupFiles({ options, release, key }: Job): Promise<readonly SetupFile[]> {
  const { sign, url, component } = options;
  const name = sourceOf({ release, options });
  const publicKey = sign === false ? undefined : publicKeyText(await key(sign).info());
  const keys = publicKey === undefined ? [] : [{ key: `${name}.asc`, text: publicKey }];
  const [suite] = options.suites;
  if (url === undefined || !suite || (sign !== false && publicKey === undefined)) return keys;
  return [...keys, { key: `${name}.sources`, text: printSources({ url, suite: suite.name, component, publicKey }) }];
}

function locate({ name }: ArtifactRef, view: RegistryView<AptOptions>): string | undefined {
  return name.endsWith('.deb') ? addressOf(view.options, keyOf(view, name)) : undefined;
}

async function current(job: Job): Promise<string | undefined> {
  const [first] = suiteInputs(job);
  return first && currentRelease((await suiteOf(first, job)).state, job.release.name);
}
