import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Artifact, ArtifactFilter, Effect, EffectContext, RegistryJob, Release, RollbackJob } from '@provisioning-dist/core';
import type { LocalOptions } from '../../src/local/options.ts';

const unused = (): never => {
  throw new Error('a folder needs neither servers nor keys');
};

export const RELEASE: Release = { product: 'acme', name: 'acme', version: '1.2.0', snapshot: false, date: 1_700_000_000 };

const log = { info: () => {}, warn: () => {}, debug: () => {} };

/** A folder with artifacts, one to publish into, and what effects and handlers are given. */
export class LocalBench {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'local-'));
  readonly published: string = join(this.folder, 'published');
  readonly artifacts: Artifact[] = [];
  readonly options: LocalOptions = { path: this.published, layout: '{name}/{version}/{artifact}' };
  release: Release = RELEASE;
  readonly #done: (() => Promise<void>)[] = [];

  close(): void {
    rmSync(this.folder, { recursive: true });
  }

  file(name: string, content: string, more: Partial<Artifact> = {}): Artifact {
    this.write(name, content);
    const sha256 = sha256Of(content);
    return this.keep({ name, type: 'file', kind: 'archive', scope: 'cell', size: Buffer.byteLength(content), sha256, digests: { sha256 }, ...more });
  }

  /** Contents by path; a path that starts with `@` is a link to its content. */
  tree(name: string, members: Readonly<Record<string, string>>): Artifact {
    const lines: string[] = [];
    for (const [path, content] of Object.entries(members)) {
      if (path.startsWith('@')) symlinkSync(content, join(this.folder, name, path.slice(1)));
      else this.write(`${name}/${path}`, content);
      if (!path.startsWith('@')) lines.push(`${sha256Of(content)}  ${path}\n`);
    }
    const sha256 = sha256Of(lines.toSorted().join(''));
    return this.keep({ name, type: 'layout', kind: 'archive', scope: 'cell', size: 0, sha256, digests: { sha256 } });
  }

  write(path: string, content: string, mode = 0o644): void {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    chmodSync(file, mode);
  }

  context<Before>(before?: Before): EffectContext<LocalOptions, Before> {
    // Fresh options: another process would have another storage as well.
    const options = { ...this.options };
    return { options, log, signal: new AbortController().signal, file: ({ name }) => join(this.folder, name), http: unused, key: unused, before };
  }

  job(): RegistryJob<LocalOptions> {
    const { options, signal } = this.context();
    const artifacts = (_?: ArtifactFilter) => this.artifacts;
    const effect = <Input, Result, Options>(one: Effect<Input, Result, Options>, input: Input) => this.perform(one, input);
    return {
      release: this.release,
      options,
      id: 'local',
      signal,
      log,
      tmp: () => this.folder,
      artifacts,
      locate: () => undefined,
      http: unused,
      key: unused,
      effect,
    };
  }

  rollback(mode: RollbackJob<unknown>['mode'], to?: string): RollbackJob<LocalOptions> {
    return { ...this.job(), mode, to, journal: [], undo: () => this.undo() };
  }

  /** What the runner does, in short. */
  async perform<Input, Result, Options>(effect: Effect<Input, Result, Options>, input: Input): Promise<Result> {
    const context = this.context() as unknown as EffectContext<Options>;
    const found = await effect.probe?.(input, context);
    if (found !== undefined) return found;
    const before = await effect.before?.(input, { ...context, before: undefined });
    const result = await effect.apply(input, { ...context, before });
    this.#done.push(() => effect.revert?.(input, result, { ...context, before }) ?? Promise.resolve());
    return result;
  }

  /** What was done so far is an earlier release's. */
  settle(): void {
    this.#done.length = 0;
  }

  async undo(): Promise<void> {
    for (const revert of this.#done.splice(0).toReversed()) await revert();
  }

  /** Every path below the published folder with its content. */
  seen(): Record<string, string> {
    const paths = readdirSync(this.published, { recursive: true, encoding: 'utf8' }).toSorted();
    const files = paths.filter((path) => statSync(join(this.published, path)).isFile());
    return Object.fromEntries(files.map((path) => [path, readFileSync(join(this.published, path), 'utf8')]));
  }

  keep(artifact: Artifact): Artifact {
    this.artifacts.push(artifact);
    return artifact;
  }
}

export function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
