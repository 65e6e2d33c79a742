import { defineEffect, type Effect, type EffectContext, type KeyInfo } from '@provisioning-dist/core';
import { objectChanged } from './errors.ts';
import type { AptOptions } from './options.ts';
import { storageOf } from './place.ts';

/** The file people put into `/etc/apt/sources.list.d`, and the public key. */

export interface SetupInput {
  readonly key: string;
  readonly text: string;
}

export interface SetupResult {
  readonly key: string;
}

/** Null when there is none. */
type Before = string | null;

export const setup: Effect<SetupInput, SetupResult, AptOptions, Before> = defineEffect({
  name: 'apt.setup',
  visible: true,
  key: ({ key }) => key,
  describe: ({ key }) => `write ${key}`,
  preview: ({ key }) => ({ key }),
  probe: async ({ key, text }, context: EffectContext<AptOptions, Before>) => ((await read(key, context)) === text ? { key } : undefined),
  before: async ({ key }, context) => await read(key, context),
  apply: async ({ key, text }, { options, signal }: EffectContext<AptOptions, Before>) => {
    const storage = await storageOf(options);
    await storage.put(key, Buffer.from(text), { signal });
    return { key };
  },
  revert: async ({ key, text }, _result, context) => {
    const { options, signal, before } = context;
    const found = await read(key, context);
    if (found === (before ?? null)) return;
    if (found !== text) throw objectChanged(key);
    const storage = await storageOf(options);
    if (typeof before === 'string') await storage.put(key, Buffer.from(before), { signal });
    else await storage.delete(key, { signal });
  },
});

async function read(key: string, { options, signal }: Pick<EffectContext<AptOptions>, 'options' | 'signal'>): Promise<Before> {
  const storage = await storageOf(options);
  const found = await storage.get(key, { signal });
  return found ? Buffer.from(found.bytes).toString('utf8') : null;
}

export interface Source {
  readonly url: string;
  readonly suite: string;
  readonly component: string;
  /** In armour; undefined for a repository without signatures. */
  readonly publicKey: string | undefined;
}

/** deb822 (sources.list(5)), the key inside: apt 2.3.10 and later need nothing else. */
export function printSources({ url, suite, component, publicKey }: Source): string {
  const trust = publicKey === undefined ? ['Trusted: yes'] : ['Signed-By:', ...folded(publicKey)];
  return `${['Types: deb', `URIs: ${url}`, `Suites: ${suite}`, `Components: ${component}`, ...trust].join('\n')}\n`;
}

function folded(text: string): readonly string[] {
  return text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => (line === '' ? ' .' : ` ${line}`));
}

export function publicKeyText({ publicKey }: KeyInfo): string | undefined {
  return publicKey?.ext === 'asc' ? `${Buffer.from(publicKey.bytes).toString('utf8').trimEnd()}\n` : undefined;
}
