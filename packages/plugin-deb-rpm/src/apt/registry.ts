import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ArtifactRef, defineRegistry, type RegistryDefinition, type RegistryJob, type RegistryView } from '@provisioning-dist/core';
import { currentRelease } from './change.ts';
import { noPackages } from './errors.ts';
import { debsOf, keyOf, suiteInputs } from './job.ts';
import { type AptOptions, aptOptions } from './options.ts';
import { pool } from './pool.ts';
import { preflight } from './preflight.ts';
import { record } from './record.ts';
import { rollback } from './rollback.ts';
import { printSources, publicKeyText, setup } from './setup.ts';
import { back, suiteOf, update } from './update.ts';
import { verify } from './verify.ts';

type Job = RegistryJob<AptOptions>;

/** An apt repository: a pool of debs, and suites of signed indexes. */
export const apt: RegistryDefinition<AptOptions> = defineRegistry<AptOptions>({
  options: aptOptions,
  effects: [pool, update, back, setup],
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
  const files = await setupFiles(job);
  // Not side by side: each suite is as good as the last one, and a reader of one file sees no two changes at once.
  for (const input of suiteInputs(job)) await job.effect(update, { ...input, component: options.component, packages });
  for (const file of files) await job.effect(setup, file);
}

async function setupFiles({ options, release: { name }, key }: Job): Promise<readonly { readonly key: string; readonly text: string }[]> {
  const publicKey = options.sign === false ? undefined : publicKeyText(await key(options.sign).info());
  const [suite] = options.suites;
  const isSigned = publicKey !== undefined || options.sign === false;
  const keys = publicKey === undefined ? [] : [{ key: `${name}.asc`, text: publicKey }];
  if (options.url === undefined || !suite || !isSigned) return keys;
  const text = printSources({ url: options.url, suite: suite.name, component: options.component, publicKey });
  return [...keys, { key: `${name}.sources`, text }];
}

function locate({ name }: ArtifactRef, view: RegistryView<AptOptions>): string | undefined {
  const { url, path } = view.options;
  if (!name.endsWith('.deb')) return undefined;
  const key = keyOf(view, name);
  if (url !== undefined) return `${url.replace(/\/$/, '')}/${key.split('/').map(encodeURIComponent).join('/')}`;
  return path === undefined ? undefined : pathToFileURL(join(path, key)).href;
}

async function current(job: Job): Promise<string | undefined> {
  const [first] = suiteInputs(job);
  return first && currentRelease((await suiteOf(first, job)).state, job.release.name);
}
