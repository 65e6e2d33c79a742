import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { defineEffect } from '../../src/effect.ts';
import { DistError } from '../../src/errors.ts';
import type { ArtifactRef } from '../../src/model/artifact.ts';
import { defineRegistry } from '../../src/plugin.ts';
import type { RegistryConformance, RegistryWorld } from '../../src/testing/registry-spec.ts';
import { CANARY } from '../../src/testing/secret.ts';

/** A registry in memory that does what it must, but for the one defect it is given. */

export type Defect =
  | 'acts outside effects'
  | 'differs each time'
  | 'finds everything'
  | 'finds nothing'
  | 'forgets the pointer in dry runs'
  | 'gives a date back'
  | 'is current for ever'
  | 'journals a path'
  | 'journals the secret'
  | 'keeps one record for all'
  | 'leaves half'
  | 'logs the secret'
  | 'lists every write'
  | 'overwrites the pointer'
  | 'overwrites bytes'
  | 'points first'
  | 'removes what is not its own'
  | 'retargets blindly'
  | 'reverts once only'
  | 'verifies nothing'
  | 'writes when it looks';

interface Options {
  readonly objects: Map<string, string>;
  readonly records: Map<string, Uint8Array>;
}

interface Upload {
  readonly artifact: ArtifactRef;
  readonly key: string;
  readonly local?: string;
}

interface Point {
  readonly version: string;
}

export function memoryRegistry(defect?: Defect): RegistryConformance<Options, RegistryWorld<Options>> {
  const is = (...defects: readonly Defect[]): boolean => defect !== undefined && defects.includes(defect);
  const reverted = new Set<string>();

  const upload = defineEffect<Upload, { key: string }, Options>({
    name: 'memory.upload',
    key: ({ key, artifact }) => `${key}@${artifact.sha256}`,
    describe: ({ key }) => `upload ${key}`,
    ...(!is('lists every write') && {
      probe: async ({ key, artifact }, { options }) => {
        if (is('finds everything')) return { key };
        return !is('finds nothing') && digest(options.objects.get(key)) === artifact.sha256 ? { key } : undefined;
      },
    }),
    onDoubt: 'repeat',
    apply: async ({ key, artifact }, { options, file, log }) => {
      const bytes = readFileSync(file(artifact), 'latin1');
      const found = options.objects.get(key);
      if (found !== undefined && found !== bytes && !is('overwrites bytes')) throw new DistError('object-differs', 'other bytes are there');
      if (is('logs the secret')) log.info(`uploading with ${encodeURIComponent(CANARY)}`);
      options.objects.set(key, is('differs each time') ? `${bytes}${randomUUID()}` : bytes);
      if (is('lists every write')) options.objects.set('log', `${options.objects.get('log') ?? ''}${key}\n`);
      return is('gives a date back') ? { key, at: new Date() } : { key };
    },
    revert: async ({ key, artifact }, _, { options }) => {
      if (is('reverts once only') && reverted.has(key)) throw new Error('it is gone');
      reverted.add(key);
      const found = options.objects.get(key);
      if (found === undefined || (is('leaves half') && key.endsWith('.json'))) return;
      if (digest(found) !== artifact.sha256 && !is('removes what is not its own')) throw new DistError('object-changed', 'other bytes are there');
      options.objects.delete(key);
    },
  });

  const point = defineEffect<Point, { version: string }, Options, string | null>({
    name: 'memory.point',
    visible: true,
    describe: ({ version }) => `point to ${version}`,
    probe: async ({ version }, { options }) => (options.objects.get('latest') === version ? { version } : undefined),
    before: async (_, { options }) => {
      if (is('writes when it looks')) options.objects.set('looked', '');
      return options.objects.get('latest') ?? null;
    },
    apply: async ({ version }, { options }) => {
      options.objects.set('latest', version);
      return { version };
    },
    revert: async ({ version }, _, { options, before }) => {
      const found = options.objects.get('latest') ?? null;
      if (found === before) return;
      if (found !== version && !is('overwrites the pointer')) throw new DistError('pointer-moved', 'it was moved');
      if (before === null || before === undefined) options.objects.delete('latest');
      else options.objects.set('latest', before);
    },
  });

  const definition = defineRegistry<Options>({
    options: ({ z }) => z.any(),
    effects: [upload, point],
    publish: async (job) => {
      const { options, release } = job;
      const move = () => job.effect(point, { version: release.version });
      if (is('acts outside effects')) options.objects.set(`${release.version}/index`, '');
      if (is('points first')) await move();
      const uploads = job.artifacts().map((artifact) => {
        const { name, size, sha256 } = artifact;
        const more = { ...(is('journals a path') && { local: job.tmp() }), ...(is('journals the secret') && { auth: CANARY }) };
        return job.effect(upload, { artifact: { name, size, sha256 }, key: `${release.version}/${name}`, ...more });
      });
      const results = await Promise.all(uploads);
      if (!is('forgets the pointer in dry runs') || results.every(Boolean)) await move();
    },
    locate: ({ name }, { release }) => `https://memory.example/${release.version}/${name}`,
    current: async ({ options }) => (is('is current for ever') ? '1.0.0' : options.objects.get('latest')),
    verify: async ({ options, release, artifacts }) => {
      if (is('writes when it looks')) options.objects.set('looked', release.version);
      const wrong = artifacts().filter(({ name, sha256 }) => digest(options.objects.get(`${release.version}/${name}`)) !== sha256);
      const found = is('verifies nothing') ? [] : wrong;
      return found.map(({ name }) => ({ level: 'error', code: 'differs', subject: name, message: 'it is another one' }));
    },
    rollbackModes: ['retarget'],
    rollback: async ({ to = '', options }) => {
      const isThere = [...options.objects.keys()].some((key) => key.startsWith(`${to}/`));
      if (!isThere && !is('retargets blindly')) throw new DistError('version-unknown', 'it is not there');
      options.objects.set('latest', to);
    },
    record: {
      write: async ({ options, release }, journal) => {
        options.records.set(is('keeps one record for all') ? '' : release.version, journal);
      },
      read: async ({ options, release }) => options.records.get(is('keeps one record for all') ? '' : release.version),
    },
  });

  return {
    definition,
    open: async () => {
      const objects = new Map<string, string>();
      return {
        options: { objects, records: new Map(), toJSON: () => 'memory' } as Options,
        state: async () => digest(JSON.stringify([...objects].sort())),
        close: async () => {},
      };
    },
    tampering: {
      replace: async ({ options }, { name }, { version }) => put(options.objects, `${version}/${name}`, 'foreign'),
      remove: async ({ options }, { name }, { version }) => void options.objects.delete(`${version}/${name}`),
      repoint: async ({ options }) => put(options.objects, 'latest', '0.0.9'),
    },
  };
}

function put(objects: Map<string, string>, key: string, value: string): () => Promise<boolean> {
  objects.set(key, value);
  return async () => objects.get(key) === value;
}

function digest(text: string | undefined): string {
  return text === undefined ? 'nothing' : createHash('sha256').update(Buffer.from(text, 'latin1')).digest('hex');
}
