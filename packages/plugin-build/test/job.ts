import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BuilderDefinition, BuildJob, OptionsKit, Platform } from '@provisioning-dist/core';
import { z } from 'zod';
import { type Exec, LINUX } from './prebuilt/job.ts';

/** Jobs of builders that run programs, over the options as users write them. */

const KIT = { z, duration: () => z.string().transform((text) => Number.parseInt(text, 10) * 3_600_000) } as unknown as OptionsKit;

export interface Ran {
  readonly argv: readonly string[];
  readonly cwd: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly timeout: number | undefined;
}

export interface Made<Options> {
  readonly job: BuildJob<Options>;
  /** Programs it ran. */
  readonly ran: readonly Ran[];
  /** What it told. */
  readonly said: readonly string[];
}

export interface Faked {
  readonly platform?: Platform;
  /** What the program does instead; gets what it was run with. */
  readonly program?: (ran: Ran) => string | undefined;
}

export function optionsOf<Options>(builder: BuilderDefinition<Options>, options: unknown): Options {
  return builder.options(KIT).parse(options);
}

export function jobFor<Options>(builder: BuilderDefinition<Options>, root: string, options: unknown, faked: Faked = {}): Made<Options> {
  const { platform = LINUX, program = () => '' } = faked;
  const buildDir = join(root, '.state/build/acme-1.2.3', platform.name);
  const tmp = join(root, '.state/tmp');
  for (const folder of [buildDir, tmp]) mkdirSync(folder, { recursive: true });
  const ran: Ran[] = [];
  const said: string[] = [];
  const exec: Exec = async (argv, { cwd, env = {}, timeout } = {}) => {
    ran.push({ argv, cwd, env, timeout });
    return { stdout: program({ argv, cwd, env, timeout }) ?? '', stderr: '' };
  };
  const say = (line: string): void => void said.push(line);
  const fields: Record<string, string> = { platform: platform.name, version: '1.2.3', exe: platform.os === 'windows' ? '.exe' : '' };
  const job: BuildJob<Options> = {
    release: { product: 'acme', name: 'acme', version: '1.2.3', snapshot: false, date: 315532800, commit: 'c0ffee' },
    options: optionsOf(builder, options),
    id: 'x',
    signal: new AbortController().signal,
    log: { info: say, warn: say, debug: say },
    tmp: () => tmp,
    artifacts: () => [],
    platform,
    root,
    buildDir,
    template: (text) => text.replace(/\{([^}]+)\}/g, (field, name: string) => fields[name] ?? field),
    exec,
  };
  return { job, ran, said };
}
