import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnyEffect, Artifact, EffectContext, Release, RollbackJob } from '@provisioning-dist/core';
import { createOptionsParser } from '../../../core/src/config/options.ts';
import { createEffectRunner } from '../../../core/src/lifecycle/effects.ts';
import { createHttp } from '../../../core/src/lifecycle/http-client.ts';
import { type Journal, openJournal } from '../../../core/src/lifecycle/journal.ts';
import { createRedactor } from '../../../core/src/redact.ts';
import { startServer, type TestServer, type TestServerOptions } from '../../../core/src/testing/index.ts';
import type { CustomOptions } from '../../src/custom/options.ts';
import { custom } from '../../src/custom/registry.ts';

export const ENV = { TOKEN: 'canary-token-7Q', PASSWORD: 'canary-pass-7Q', EVIL: 'one\r\ntwo: three' };

/** The runner and the HTTP client of the product, a server, and a release to publish. */
export class CustomBench {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'custom-'));
  readonly server: TestServer;
  readonly artifacts: Artifact[] = [];
  readonly said: string[] = [];
  release: Release = { product: 'acme', name: 'acme', version: '1.2.0', snapshot: false, date: 1_700_000_000, commit: 'c0ffee' };
  options: CustomOptions;
  #journals = new Map<string, Journal>();

  private constructor(server: TestServer) {
    this.server = server;
    this.options = this.parse({});
    mkdirSync(join(this.folder, 'out'));
  }

  static async open(options?: TestServerOptions): Promise<CustomBench> {
    return new CustomBench(await startServer(options));
  }

  async close(): Promise<void> {
    for (const journal of this.#journals.values()) await journal.close();
    await this.server.close();
    rmSync(this.folder, { recursive: true });
  }

  get base(): string {
    return this.server.url;
  }

  /** What the configuration says; `url` and `pointer` unless it says otherwise. */
  configure(raw: object): void {
    this.options = this.parse(raw);
  }

  parse(raw: object): CustomOptions {
    const parser = createOptionsParser({ env: ENV, redactor: createRedactor(), root: this.folder });
    const url = `${this.base}/{name}/{version}/{artifact}`;
    return parser.parse(custom.options, { url, ...raw }, { file: 'provisioning-dist.yaml', key: 'publish.custom' });
  }

  file(name: string, content: string, more: Partial<Artifact> = {}): Artifact {
    writeFileSync(join(this.folder, 'out', name), content);
    const sha256 = sha256Of(content);
    const artifact: Artifact = {
      name,
      type: 'file',
      kind: 'archive',
      scope: 'cell',
      size: Buffer.byteLength(content),
      sha256,
      digests: { sha256 },
      ...more,
    };
    this.artifacts.push(artifact);
    return artifact;
  }

  /** A release of two files; the second is its record. */
  prepare(version = '1.2.0'): void {
    this.release = { ...this.release, version };
    this.artifacts.length = 0;
    this.file('a.tar.gz', `archive of ${version}`);
    this.file('release.json', JSON.stringify({ name: 'acme', version, date: this.release.date, commit: 'c0ffee' }), { kind: 'manifest' });
  }

  async publish(): Promise<void> {
    const runner = await this.runner();
    await custom.publish({ ...this.job(), effect: (effect, input) => runner.run(this.instance(), effect, input) });
  }

  /** Takes back what the journal tells, in another process as it were. */
  async undo(): Promise<void> {
    const { effects } = await this.journal();
    const done = [...effects.values()].filter(({ state }) => state === 'done').sort((a, b) => b.order - a.order);
    for (const { effect: name, input, result, before } of done) {
      const effect: AnyEffect | undefined = custom.effects.find((one) => one.name === name);
      await effect?.revert?.(input, result, this.context(before));
    }
  }

  async rollback(to: string): Promise<void> {
    const runner = await this.runner();
    const more: Pick<RollbackJob<CustomOptions>, 'mode' | 'to' | 'journal' | 'undo'> = { mode: 'retarget', to, journal: [], undo: () => this.undo() };
    await custom.rollback?.({ ...this.job(), ...more, effect: (effect, input) => runner.run(this.instance(), effect, input) });
  }

  /** The journal is lost: a fresh machine. */
  async forget(): Promise<void> {
    const journal = await this.journal();
    await journal.close();
    this.#journals.delete(this.release.version);
    rmSync(join(this.folder, 'state', this.release.version), { recursive: true });
  }

  async journal(): Promise<Journal> {
    const { product, version } = this.release;
    const found = this.#journals.get(version) ?? (await openJournal(join(this.folder, 'state', version), { product, version }, String));
    this.#journals.set(version, found);
    return found;
  }

  job(dry = false) {
    const { release, options } = this;
    const { log, signal, http, key } = this.context(undefined, dry);
    return {
      ...{ release, options, id: 'custom', signal, log, http, key, tmp: () => this.folder, artifacts: () => this.artifacts, locate: () => undefined },
      effect: () => Promise.reject(new Error('a handler that only looks began an effect')),
    };
  }

  context(before?: unknown, dry = false): EffectContext<CustomOptions> {
    const { signal } = new AbortController();
    const say = (message: string) => void this.said.push(message);
    const key = () => {
      throw new Error('no key is needed');
    };
    const http = createHttp({ signal, dry, userAgent: 'provisioning-dist/test' });
    return {
      ...this.instance(),
      log: { info: say, warn: say, debug: say },
      signal,
      http,
      key,
      before,
      file: ({ name }) => join(this.folder, 'out', name),
    };
  }

  private instance() {
    const say = (message: string) => void this.said.push(message);
    return { id: 'custom', plugin: 'registry@0.1.0', options: this.options, log: { info: say, warn: say, debug: say } };
  }

  private async runner() {
    const { signal, http, key, file } = this.context();
    const retry = { base: 1, cap: 2 };
    return createEffectRunner({
      mode: 'run',
      journal: await this.journal(),
      signal,
      http,
      key,
      definitions: custom.effects,
      artifactFile: file,
      retry,
    });
  }

  /** Every path with its content. */
  seen(): Record<string, string> {
    return Object.fromEntries([...this.server.objects()].map(([path, { bytes }]) => [path, Buffer.from(bytes).toString()]));
  }

  /** What could have changed something, as `PUT /a 201`. */
  changes(): readonly string[] {
    return this.server.unsafe().map(({ method, path, status }) => `${method} ${path} ${status}`);
  }
}

export function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
