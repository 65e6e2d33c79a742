/** Publishes a small release into a folder through journal and barrier; as a program, until it ends or is killed. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import plugin from '@provisioning-dist/plugin-registry';
import { artifactFile } from '../../src/lifecycle/artifact-file.ts';
import { createEffectRunner } from '../../src/lifecycle/effects.ts';
import { type Journal, openJournal } from '../../src/lifecycle/journal.ts';
import { type PublishOutcome, type PublishTarget, publishAll } from '../../src/lifecycle/publish.ts';
import type { Artifact } from '../../src/model/artifact.ts';
import type { Release } from '../../src/model/release.ts';
import type { AnyRegistry } from '../../src/plugin.ts';
import { noOutside } from './no-outside.ts';

const RELEASE: Release = { product: 'acme', name: 'acme', version: '1.2.0', snapshot: false, date: 0 };
const COUNT = 6;

/** What must be there in the end. */
export const EXPECTED: readonly string[] = [...Array.from({ length: COUNT }, (_, index) => `acme/1.2.0/a${index}.bin`), 'acme/latest.json'];

export async function publishLocally(folder: string, wrap: (journal: Journal) => Journal = (journal) => journal): Promise<PublishOutcome> {
  const journal = await openJournal(join(folder, 'state'), RELEASE, String);
  const artifacts = makeArtifacts(join(folder, 'packages'));
  const definition = plugin.registries?.local as AnyRegistry;
  const signal = new AbortController().signal;
  const runner = createEffectRunner({
    mode: 'run',
    journal: wrap(journal),
    signal,
    definitions: definition.effects,
    artifactFile: artifactFile((name) => artifacts.find((artifact) => artifact.name === name), join(folder, 'packages')),
    ...noOutside,
  });
  const outcome = await publishAll({
    targets: ['one', 'two'].map((id) => target(id, definition, join(folder, 'published', id))),
    ...{ release: RELEASE, artifacts: () => artifacts, runner, signal, tmp: () => folder, ...noOutside },
  });
  await journal.close();
  return outcome;
}

function target(id: string, definition: AnyRegistry, path: string): PublishTarget {
  const log = { info: () => {}, warn: () => {}, debug: () => {} };
  const options = { path, layout: '{name}/{version}/{artifact}' };
  return { id, use: 'local', required: true, needs: [], plugin: 'plugin-registry@0.1.0', definition, options, log };
}

function makeArtifacts(folder: string): readonly Artifact[] {
  mkdirSync(folder, { recursive: true });
  return Array.from({ length: COUNT }, (_, index) => {
    const name = `a${index}.bin`;
    const bytes = Buffer.alloc(300_000, name);
    writeFileSync(join(folder, name), bytes);
    const sha256 = createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex');
    return { name, kind: 'archive', type: 'file', scope: 'cell', size: bytes.length, sha256, digests: { sha256 } };
  });
}

if (process.send) {
  process.send('ready');
  await publishLocally(process.argv[2] ?? '');
  process.disconnect();
}
