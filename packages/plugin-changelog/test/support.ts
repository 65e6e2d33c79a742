import type { Change, FactsJob, HistoryCommit, Log, OptionsKit } from '@provisioning-dist/core';
import { z } from 'zod';
import { type ChangelogOptions, changelogOptions } from '../src/options.ts';

const kit = { z, path: () => z.string() } as unknown as OptionsKit;

export function optionsFrom(raw: object = {}): ChangelogOptions {
  return changelogOptions(kit).parse(raw);
}

export function commit(message: string, given: Partial<HistoryCommit> = {}): HistoryCommit {
  return { id: '1234567890'.repeat(4), parents: ['a'], author: 'Ann', date: 0, message, ...given };
}

export function change(subject: string, given: Partial<Change> = {}): Change {
  return { commit: '1234567890'.repeat(4), subject, references: [], ...given };
}

const silent: Log = { info: () => undefined, warn: () => undefined, debug: () => undefined };

export function job(raw: object, commits: readonly HistoryCommit[], given: Partial<FactsJob<ChangelogOptions>> = {}): FactsJob<ChangelogOptions> {
  return {
    release: { product: 'acme', name: 'acme', version: '1.1.0', snapshot: false, date: 1_700_000_000 },
    options: optionsFrom(raw),
    signal: new AbortController().signal,
    log: silent,
    root: '/',
    range: { from: 'v1.0.0', to: 'v1.1.0' },
    tag: 'v1.1.0',
    remote: 'https://github.com/acme/tools.git',
    async *history() {
      yield* commits;
    },
    ...given,
  };
}
