import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type {
  AnyEffect,
  Artifact,
  Cell,
  EffectContext,
  Entry,
  Finding,
  FormatDefinition,
  FormatJob,
  Platform,
  Release,
  RollbackJob,
} from '@provisioning-dist/core';
import { ContentStore, type Needs, type Parts } from '@provisioning-dist/payload';
import { createOptionsParser } from '../../core/src/config/options.ts';
import { createEffectRunner } from '../../core/src/lifecycle/effects.ts';
import { createHttp } from '../../core/src/lifecycle/http-client.ts';
import { type Journal, openJournal } from '../../core/src/lifecycle/journal.ts';
import { writeParts } from '../../core/src/lifecycle/output.ts';
import { createRedactor } from '../../core/src/redact.ts';
import { npmMainFormat } from '../src/format/main.ts';
import { npmFormat } from '../src/format/platform.ts';
import { npm } from '../src/registry/registry.ts';

export const LINUX: Platform = { name: 'linux-amd64', os: 'linux', cpu: 'amd64', libc: 'gnu', npm: 'linux/x64' };
export const MUSL: Platform = { name: 'linux-amd64-musl', os: 'linux', cpu: 'amd64', libc: 'musl', npm: 'linux/x64' };
export const MACOS: Platform = { name: 'macos-arm64', os: 'macos', cpu: 'arm64', npm: 'darwin/arm64' };
export const WINDOWS: Platform = { name: 'windows-amd64', os: 'windows', cpu: 'amd64', npm: 'win32/x64' };

const COMMON = { owner: 'root', group: 'root', component: 'main' } as const;
const AT = { file: 'provisioning-dist.yaml', key: 'it' };

export function file(path: string, content: string, more: Partial<Pick<Entry, 'mode' | 'role'>> = {}): Entry {
  const bytes = Buffer.from(content);
  return { ...COMMON, type: 'file', path, mode: 0o644, role: 'data', size: bytes.length, source: { bytes }, ...more };
}

export function program(path: string, content = '#!/bin/sh\necho "$0" "$@"\n'): Entry {
  return file(path, content, { mode: 0o755, role: 'binary' });
}

export interface Packed {
  readonly artifact: Artifact;
  readonly path: string;
  /** Of the tar inside: mode and content by path. */
  readonly files: Readonly<Record<string, readonly [mode: number, content: string]>>;
  readonly findings: readonly Finding[];
}

/** Formats and registry of the plugin with the product's own options, writer, runner and HTTP client. */
export class NpmBench {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'npm-'));
  readonly artifacts: Artifact[] = [];
  readonly said: string[] = [];
  release: Release = {
    ...{ product: 'acme', name: 'acme', version: '1.2.0', snapshot: false, date: 1_700_000_000 },
    ...{ license: 'MIT', description: 'Does things', homepage: 'https://acme.example' },
  };
  url = 'https://registry.example';
  token = 'canary-token';
  registry: object = {};
  readonly #journals = new Map<string, Journal>();

  constructor() {
    mkdirSync(join(this.folder, 'out'));
  }

  async close(): Promise<void> {
    for (const journal of this.#journals.values()) await journal.close();
    rmSync(this.folder, { recursive: true });
  }

  async pack(platform: Platform, entries: readonly Entry[], raw: object = {}, cell: object = {}): Promise<Packed> {
    return await this.#make('npm', npmFormat, { raw, entries, cell: { platform, ...cell } });
  }

  async packMain(entries: readonly Entry[], raw: object = {}, cell: object = {}): Promise<Packed> {
    return await this.#make('npm-main', npmMainFormat, { raw, entries, cell: { platform: undefined, ...cell } });
  }

  async #make<Options>(
    key: string,
    format: FormatDefinition<Options>,
    { raw, entries, cell: more }: { readonly raw: object; readonly entries: readonly Entry[]; readonly cell: object },
  ): Promise<Packed> {
    const options = parse(format.options, raw, this.folder);
    const cell: Cell = { platform: undefined, variant: undefined, variants: [], package: 'cli', ...more };
    const { release, folder } = this;
    const fileName = format.name?.({ release, options, cell, ext: format.ext, defaultName: '' }) ?? '';
    const chosen = format.select?.(entries, { release, options, builds: [] }) ?? entries;
    const path = join(folder, 'out', fileName);
    const store = await ContentStore.open();
    try {
      await store.prepare(chosen, ((typeof format.needs === 'function' ? format.needs(options) : format.needs) ?? {}) as Needs);
      const artifacts = (filter?: { readonly format?: unknown }) => this.artifacts.filter((one) => one.format === filter?.format);
      const log = { info: () => {}, warn: () => {}, debug: () => {} };
      const base = { release, options, cell, entries: chosen, content: store, date: release.date, fileName, log, artifacts, id: key };
      const job: FormatJob<Options> = { ...base, signal: new AbortController().signal, tmp: unused, key: unused };
      const written = await writeParts(format.write?.(job) as Parts, { path, store, digests: format.artifactDigests ?? [], signal: job.signal });
      const { digests, size } = written;
      const place = {
        ...(cell.platform !== undefined && { platform: cell.platform.name }),
        ...(cell.variant !== undefined && { variant: cell.variant }),
      };
      const artifact: Artifact = {
        ...place,
        name: fileName,
        type: 'file',
        kind: 'package',
        scope: format.scope,
        format: key,
        size,
        sha256: digests.sha256,
        digests,
      };
      this.artifacts.push(artifact);
      const bytes = readFileSync(path);
      const source = { path, size, read: (at: number, length: number) => bytes.subarray(at, at + length) };
      const distribution = { platform: cell.platform, variant: cell.variant, entries: chosen };
      const findings = [...((await format.read?.(source, distribution)) ?? [])];
      return { artifact, path, files: filesIn(gunzipSync(bytes)), findings };
    } finally {
      await store.close();
    }
  }

  /** A main package for two platforms. */
  async prepare(version = '1.2.0', content = version): Promise<void> {
    this.release = { ...this.release, version };
    this.artifacts.length = 0;
    await this.pack(LINUX, [program('bin/acme', `linux ${content}`)], { scope: '@acme' });
    await this.pack(MACOS, [program('bin/acme', `macos ${content}`)], { scope: '@acme' });
    await this.packMain([program('bin/acme')], { scope: '@acme' });
  }

  async publish(): Promise<void> {
    const runner = await this.runner();
    const instance = this.instance();
    await npm.publish({ ...this.job(), effect: (effect, input) => runner.run(instance, effect, input) });
  }

  async undo(): Promise<readonly string[]> {
    const { effects } = await this.journal();
    const done = [...effects.values()].filter(({ state }) => state === 'done').sort((a, b) => b.order - a.order);
    const left: string[] = [];
    for (const { effect: name, input, result, before, description } of done) {
      const effect: AnyEffect | undefined = npm.effects.find((one) => one.name === name);
      if (effect?.irreversible !== undefined) left.push(description);
      await effect?.revert?.(input, result, this.context(before));
    }
    return left;
  }

  async retarget(to: string): Promise<void> {
    const runner = await this.runner();
    const instance = this.instance();
    const more: Pick<RollbackJob<never>, 'mode' | 'to' | 'journal' | 'undo'> = { mode: 'retarget', to, journal: [], undo: unused };
    await npm.rollback?.({ ...this.job(), ...more, effect: (effect, input) => runner.run(instance, effect, input) });
  }

  async forget(): Promise<void> {
    await (await this.journal()).close();
    this.#journals.delete(this.release.version);
    rmSync(join(this.folder, this.release.version), { recursive: true });
  }

  async journal(): Promise<Journal> {
    const { product, version } = this.release;
    const found = this.#journals.get(version) ?? (await openJournal(join(this.folder, version), { product, version }, String));
    this.#journals.set(version, found);
    return found;
  }

  job() {
    const { release, artifacts: all } = this;
    const artifacts = (filter: { readonly format?: unknown } = {}) => all.filter(({ format }) => [filter.format].flat().includes(format));
    const effect = () => Promise.reject(new Error('a handler that only looks began an effect'));
    return { ...this.context(), release, id: 'npm', tmp: () => this.folder, artifacts, locate: () => undefined, effect };
  }

  context(before?: unknown) {
    const { signal } = new AbortController();
    const http: EffectContext['http'] = createHttp({ signal, userAgent: 'provisioning-dist/test' });
    return { ...this.instance(), signal, http, key: unused, before, file: ({ name }: { readonly name: string }) => join(this.folder, 'out', name) };
  }

  private instance() {
    const say = (message: string) => void this.said.push(message);
    const raw = { url: this.url, token: { env: 'NPM_TOKEN' }, scope: '@acme', ...this.registry };
    const options = parse(npm.options, raw, this.folder, { NPM_TOKEN: this.token });
    return { id: 'npm', plugin: 'npm@0.1.0', options, log: { info: say, warn: say, debug: say } };
  }

  private async runner() {
    const { signal, http, key, file: artifactFile } = this.context();
    const definitions = npm.effects;
    return createEffectRunner({
      ...{ mode: 'run', journal: await this.journal(), signal, http, key, definitions, artifactFile, retry: { base: 1, cap: 2 } },
    });
  }
}

export function parse<Options>(schema: FormatDefinition<Options>['options'], raw: object, root: string, env: NodeJS.ProcessEnv = {}): Options {
  return createOptionsParser({ env, redactor: createRedactor(), root }).parse(schema, raw, AT);
}

/** POSIX ustar by hand: names under 100 bytes, which is all there is here. */
function filesIn(tar: Buffer): Packed['files'] {
  const files: Record<string, readonly [number, string]> = {};
  for (let at = 0; tar[at] !== 0; ) {
    const field = (from: number, length: number) => tar.toString('latin1', at + from, at + from + length).replace(/\0.*$/s, '');
    const size = Number.parseInt(field(124, 12), 8);
    files[field(0, 100)] = [Number.parseInt(field(100, 8), 8), tar.toString('utf8', at + 512, at + 512 + size)];
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

function unused(): never {
  throw new Error('nobody asks for this here');
}
