import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { BuildJob, ExecOptions, Platform } from '@provisioning-dist/core';
import { z } from 'zod';
import { type PrebuiltOptions, prebuiltOptions } from '../../src/prebuilt/options.ts';

export const LINUX: Platform = { name: 'linux-amd64', os: 'linux', cpu: 'amd64', npm: 'linux/x64' };
export const WINDOWS: Platform = { name: 'windows-amd64', os: 'windows', cpu: 'amd64', npm: 'win32/x64' };

export type Exec = (argv: readonly string[], options?: ExecOptions) => Promise<{ stdout: string; stderr: string }>;

export interface JobOptions {
  readonly platform?: Platform;
  readonly exec?: Exec;
  readonly signal?: AbortSignal;
}

/** A temporary project; `dispose` removes it. */
export function project(files: Readonly<Record<string, string | Uint8Array>> = {}): { root: string; dispose: () => void } {
  const root = mkdtempSync(join(tmpdir(), 'prebuilt-test-'));
  for (const [path, content] of Object.entries(files)) put(root, path, content);
  return { root, dispose: () => rmSync(root, { recursive: true, force: true }) };
}

export function put(root: string, path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

/** A build job as core makes it, over the options as a user writes them. */
export function jobOf(root: string, options: unknown, { platform = LINUX, exec = noExec, signal }: JobOptions = {}): BuildJob<PrebuiltOptions> {
  const buildDir = join(root, '.state/build');
  const tmp = join(root, '.state/tmp');
  for (const folder of [buildDir, tmp]) mkdirSync(folder, { recursive: true });
  const [npmOs = '', npmCpu = ''] = platform.npm?.split('/') ?? [];
  const fields: Record<string, string> = {
    platform: platform.name,
    os: platform.os,
    version: '1.2.3',
    exe: platform.os === 'windows' ? '.exe' : '',
    'npm.os': npmOs,
    'npm.cpu': npmCpu,
  };
  return {
    release: { product: 'acme', name: 'acme', version: '1.2.3', snapshot: false, date: 315532800 },
    options: prebuiltOptions({ z } as Parameters<typeof prebuiltOptions>[0]).parse(options),
    id: 'prebuilt',
    signal: signal ?? new AbortController().signal,
    log: { info: () => {}, warn: () => {}, debug: () => {} },
    tmp: () => tmp,
    artifacts: () => [],
    platform,
    root,
    buildDir,
    template: (text) => text.replace(/\{([^}]+)\}/g, (field, name: string) => fields[name] ?? field),
    exec,
  };
}

async function noExec(argv: readonly string[]): Promise<never> {
  throw new Error(`unexpected program: ${argv.join(' ')}`);
}
