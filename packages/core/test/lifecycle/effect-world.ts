import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnyEffect } from '../../src/effect.ts';
import { defineEffect, type Effect, type Log } from '../../src/effect.ts';
import type { EffectInstance } from '../../src/lifecycle/effect-change.ts';
import { createEffectRunner, type EffectRunner, type EffectRunnerOptions } from '../../src/lifecycle/effects.ts';
import { type Journal, openJournal } from '../../src/lifecycle/journal.ts';
import { noOutside } from './no-outside.ts';

export const OWNER = { product: 'acme', version: '1.2.0' };

export const silent: Log = { info: () => {}, warn: () => {}, debug: () => {} };

export function instance(id: string, options: unknown = {}): EffectInstance {
  return { id, plugin: 'acme@1.0.0', options, log: silent };
}

export interface PutInput {
  readonly key: string;
  readonly value: string;
}

/** An outside that remembers every change made to it. */
export class World {
  readonly objects = new Map<string, string>();
  readonly log: string[] = [];
  /** Called before and after each change; may throw. */
  at: (point: string) => void = () => {};

  /** Looks before it acts. */
  readonly put: Effect<PutInput, { etag: string }> = defineEffect({
    name: 'world.put',
    key: ({ key }) => key,
    describe: ({ key }) => `put ${key}`,
    preview: ({ value }) => ({ etag: `preview of ${value}` }),
    probe: async ({ key, value }) => (this.objects.get(key) === value ? { etag: `e-${value}` } : undefined),
    apply: async (input) => this.change(input),
    revert: async ({ key }) => this.remove(key),
  });

  /** As above, seen by everybody. */
  readonly show: Effect<PutInput, { etag: string }> = defineEffect({ ...this.put, name: 'world.show', visible: true });

  /** Seen by everybody, and for ever. */
  readonly shout: Effect<PutInput, { etag: string }> = defineEffect({
    ...this.put,
    name: 'world.shout',
    visible: true,
    irreversible: 'heard is heard',
  });

  /** Cannot look. */
  readonly post: Effect<PutInput, { etag: string }> = defineEffect({
    name: 'world.post',
    key: ({ key }) => key,
    describe: ({ key }) => `post ${key}`,
    preview: () => ({ etag: 'unknown' }),
    apply: async (input) => this.change(input),
    irreversible: 'sent is sent',
  });

  /** Keeps what it replaces. */
  readonly swap: Effect<PutInput, { previous: string | null | undefined }, unknown, string | null> = defineEffect({
    name: 'world.swap',
    key: ({ key }) => key,
    describe: ({ key }) => `swap ${key}`,
    probe: async ({ key, value }, { before }) => (this.objects.get(key) === value ? { previous: before } : undefined),
    before: async ({ key }) => this.objects.get(key) ?? null,
    apply: async (input, { before }) => {
      this.change(input);
      return { previous: before };
    },
    revert: async ({ key }, { previous }) => {
      if (typeof previous === 'string') this.change({ key, value: previous });
      else this.remove(key);
    },
  });

  /** As above, seen by everybody. */
  readonly point: Effect<PutInput, { previous: string | null | undefined }, unknown, string | null> = defineEffect({
    ...this.swap,
    name: 'world.point',
    visible: true,
  });

  readonly definitions: readonly AnyEffect[] = [this.put, this.show, this.shout, this.post, this.swap, this.point];

  remove(key: string): void {
    this.at(`before -${key}`);
    this.objects.delete(key);
    this.log.push(`-${key}`);
    this.at(`after -${key}`);
  }

  change({ key, value }: PutInput): { etag: string } {
    this.at(`before ${key}`);
    this.objects.set(key, value);
    this.log.push(key);
    this.at(`after ${key}`);
    return { etag: `e-${value}` };
  }
}

/** A folder with a journal, and runners over it. */
export class Bench {
  readonly world: World = new World();
  readonly folder: string = mkdtempSync(join(tmpdir(), 'effects-'));
  readonly #journals: Journal[] = [];

  async journal(redact: (text: string) => string = (text) => text): Promise<Journal> {
    const journal = await openJournal(join(this.folder, 'state'), OWNER, redact);
    this.#journals.push(journal);
    return journal;
  }

  async runner(options: Partial<EffectRunnerOptions> = {}): Promise<EffectRunner> {
    return createEffectRunner({
      mode: 'run',
      journal: options.journal ?? (await this.journal()),
      signal: new AbortController().signal,
      definitions: this.world.definitions,
      artifactFile: () => '/nowhere',
      ...noOutside,
      wait: async () => {},
      ...options,
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#journals.map((journal) => journal.close()));
    rmSync(this.folder, { recursive: true });
  }
}

/** A journal of a process that dies at the given point: from then on nothing it does has an effect. */
export class Doomed {
  readonly #at: number;
  #count = 0;
  constructor(at: number) {
    this.#at = at;
  }

  get died(): boolean {
    return this.#count >= this.#at;
  }

  point(): void {
    if (!this.died) this.#count++;
    if (this.died) throw new Error('the process died');
  }

  journal(journal: Journal): Journal {
    return {
      ...journal,
      append: async (...records) => {
        this.point();
        await journal.append(...records);
        this.point();
      },
    };
  }
}
