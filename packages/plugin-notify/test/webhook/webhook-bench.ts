import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChannelJob, EffectContext, Message, Release } from '@provisioning-dist/core';
import { createOptionsParser } from '../../../core/src/config/options.ts';
import { createEffectRunner, type EffectRunner } from '../../../core/src/lifecycle/effects.ts';
import { createHttp } from '../../../core/src/lifecycle/http-client.ts';
import { type Journal, openJournal } from '../../../core/src/lifecycle/journal.ts';
import { createRedactor, type Redactor } from '../../../core/src/redact.ts';
import { webhook } from '../../src/webhook/channel.ts';
import type { WebhookOptions } from '../../src/webhook/options.ts';

export const RELEASE: Release = { product: 'acme', name: 'acme', version: '1.2.0', snapshot: false, date: 1_700_000_000 };

export const MESSAGE: Message = {
  type: 'release',
  urgent: false,
  title: 'acme 1.2.0 is released',
  body: '## Grüße',
  links: [{ name: 'acme.deb', url: 'https://dl.example.org/acme.deb' }],
};

const AT = { file: 'dist.yaml', key: 'notify.team' };
const log = { info: () => {}, warn: () => {}, debug: () => {} };
const { signal } = new AbortController();

/** The channel with the host's own options, journal, HTTP and runner; waits are noted, not waited. */
export class WebhookBench {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'webhook-'));
  readonly redactor: Redactor = createRedactor();
  readonly waits: number[] = [];
  env: Readonly<Record<string, string>> = {};

  close(): void {
    rmSync(this.folder, { recursive: true });
  }

  options(written: object): WebhookOptions {
    return createOptionsParser({ env: this.env, redactor: this.redactor, root: this.folder }).parse(webhook.options, written, AT);
  }

  /** As a process of its own does it, with the journal of the ones before. */
  async tell(written: object, message: Message = MESSAGE): Promise<{ readonly state: string; readonly error?: Error }> {
    const journal = await this.journal();
    try {
      const runner = this.runner(journal);
      await webhook.send(this.job(written, message, runner)).catch(() => {});
      const [effect] = runner.effects();
      return { state: effect?.state ?? 'none', ...(effect?.error && { error: effect.error }) };
    } finally {
      await journal.close();
    }
  }

  journal(): Promise<Journal> {
    return openJournal(join(this.folder, 'state'), RELEASE, this.redactor.redact);
  }

  journalText(): string {
    return readFileSync(join(this.folder, 'state/journal.ndjson'), 'utf8');
  }

  runner(journal: Journal): EffectRunner {
    return createEffectRunner({
      ...{ mode: 'run', journal, signal, definitions: webhook.effects, http, key: unused, artifactFile: unused },
      wait: async (milliseconds) => {
        this.waits.push(milliseconds);
      },
    });
  }

  job(written: object, message: Message, runner?: EffectRunner): ChannelJob<WebhookOptions> {
    const options = this.options(written);
    const owner = { id: 'notify:team', plugin: 'notify@0.1.0', options, log };
    return {
      ...{ id: 'team', release: RELEASE, options, message, occasion: `acme 1.2.0 ${message.type}`, signal, log, http, key: unused },
      ...{ tmp: () => this.folder, artifacts: () => [], locate: () => undefined },
      effect: (effect, input) => (runner ? runner.run(owner, effect, input) : unused()),
    };
  }
}

const http: EffectContext['http'] = createHttp({ signal, userAgent: 'test/1' });

function unused(): never {
  throw new Error('a webhook needs neither keys nor files');
}
