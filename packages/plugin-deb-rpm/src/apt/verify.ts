import { createHash } from 'node:crypto';
import type { Finding, RegistryJob } from '@provisioning-dist/core';
import { findingOf, lossFindings } from '../repository/findings.ts';
import { contentDigest } from '../repository/objects.ts';
import { storageOf } from '../repository/place.ts';
import { publicKeyText } from '../repository/setup.ts';
import { issuersOf, keyIdsOf } from '../repository/signer.ts';
import { hasListed } from './change.ts';
import { debsOf, keyOf, storedDebs, suiteInputs } from './job.ts';
import type { AptOptions } from './options.ts';
import { byHashPath, distKey, STATE } from './paths.ts';
import { renderIndexes } from './render.ts';
import type { SuiteIndex } from './suite-read.ts';
import { suiteOf } from './update.ts';

type Job = RegistryJob<AptOptions>;

/** Reads back what clients get: the indexes of every suite by their digests, and the release's packages. */
export async function verify(job: Job): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const input of suiteInputs(job)) findings.push(...(await suiteFindings(job, input.suite, await suiteOf(input, job))));
  return [...findings, ...(await lossFindings(job, storedDebs(job)))];
}

async function suiteFindings(job: Job, suite: string, index: SuiteIndex): Promise<readonly Finding[]> {
  if (index.date === undefined) return [findingOf(job, 'apt-suite-missing', `"${distKey(suite, '')}" is not there`)];
  const unlisted = debsOf(job).filter(({ name, sha256 }) => !hasListed(index.state, { key: keyOf(job, name), sha256 }));
  return [
    ...unlisted.map(({ name }) => findingOf(job, 'apt-unlisted', `"${suite}" does not list "${name}"`)),
    ...(index.mirrored ? [] : [findingOf(job, 'apt-mirror', `"${distKey(suite, 'Release')}" says something else than "${index.pointer.key}"`)]),
    ...(await signerFindings(job, index)),
    ...(await indexFindings(job, suite, index)),
  ];
}

/** A signature of another key is one that users do not trust. */
async function signerFindings(job: Job, { pointer }: SuiteIndex): Promise<readonly Finding[]> {
  const { sign } = job.options;
  if (sign === false) return [];
  const ids = keyIdsOf(publicKeyText(await job.key(sign).info()) ?? '');
  if (ids.length === 0) return [];
  const found = await (await storageOf(job.options)).get(pointer.key, { signal: job.signal });
  const issuers = issuersOf(Buffer.from(found?.bytes ?? []).toString('utf8'));
  if (issuers.some((id) => ids.includes(id))) return [];
  return [findingOf(job, 'apt-signer', `"${pointer.key}" is signed by ${issuers.join(', ') || 'nobody known'}, not by the key "${sign}"`)];
}

async function indexFindings(job: Job, suite: string, { files, state }: SuiteIndex): Promise<readonly Finding[]> {
  const storage = await storageOf(job.options);
  const findings: Finding[] = [];
  for (const { path, bytes } of renderIndexes(state, job.options).indexes) {
    if (files.get(path)?.sha256 !== createHash('sha256').update(bytes).digest('hex'))
      findings.push(findingOf(job, 'apt-index', `Release lists other bytes of "${path}" than the packages give`));
  }
  for (const [path, { sha256 }] of files) {
    for (const key of storedKeys(suite, path, sha256)) {
      const found = await contentDigest(storage, key, job.signal);
      if (found !== sha256)
        findings.push(findingOf(job, 'apt-index', `"${key}" ${found === undefined ? 'is not there' : 'holds other bytes than Release says'}`));
    }
  }
  return findings;
}

/** Contents are stored compressed only; the state has no name but its digest. */
function storedKeys(suite: string, path: string, sha256: string): readonly string[] {
  if (/\/Contents-[^/.]+$/.test(path)) return [];
  const byHash = distKey(suite, byHashPath(path, sha256));
  return path === STATE ? [byHash] : [byHash, distKey(suite, path)];
}
