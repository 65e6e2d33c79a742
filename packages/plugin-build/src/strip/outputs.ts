import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildJob, type BuildOutput, DistError, type Finding } from '@provisioning-dist/core';
import { readObjectHead } from '../object/head.ts';
import { stripElf } from './elf.ts';

/** Windows' programs are left to LLVM's tool; what Apple's hold is signed, and only Apple's tool signs it anew. */
const TOOL = 'llvm-strip';

/** Takes symbols and debug sections out of programs; others, and what cannot be stripped, are as they were. The originals stay. */
export async function strippedOutputs(job: BuildJob<unknown>, outputs: readonly BuildOutput[]): Promise<readonly BuildOutput[]> {
  const folder = join(`${job.buildDir}.stripped`, job.id);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const stripped: BuildOutput[] = [];
  for (const output of outputs) stripped.push((await strippedOne(job, output, join(folder, output.name))) ?? output);
  return stripped;
}

/** What `strip: true` cannot keep, found before anything is built. */
export async function stripFindings(job: BuildJob<{ readonly strip: boolean }>): Promise<readonly Finding[]> {
  if (!job.options.strip) return [];
  const { os, name } = job.platform;
  if (os === 'macos') return [unavailable(job.id, `Programs for ${name} are not stripped: that would break their signature`)];
  if (os !== 'windows') return [];
  const found = await job.exec([TOOL, '--version']).catch(() => undefined);
  return found ? [] : [unavailable(job.id, `Programs for ${name} are not stripped: "${TOOL}" is missing or broken`)];
}

function unavailable(subject: string, message: string): Finding {
  return {
    level: 'warning',
    code: 'strip-unavailable',
    subject,
    message,
    hint: 'let the toolchain strip: strip = true of a cargo profile, -s -w of Go',
  };
}

async function strippedOne(job: BuildJob<unknown>, { name, file }: BuildOutput, target: string): Promise<BuildOutput | undefined> {
  const bytes = readFileSync(file);
  const format = readObjectHead(bytes)?.format;
  if (format === undefined) return undefined;
  const isDone = format === 'ELF' ? strippedElf(bytes, file, target) : format === 'PE' && (await byTool(job, file, target));
  if (isDone) return { name, file: target };
  job.log.warn(`${name} is not stripped: ${reasons[format]}`);
  return undefined;
}

const reasons = {
  ELF: 'it carries data behind its sections, or has them in an order we do not know',
  PE: `"${TOOL}" is missing`,
  'Mach-O': 'that would break its signature',
} as const;

function strippedElf(bytes: Buffer, file: string, target: string): boolean {
  const stripped = stripElf(bytes);
  if (stripped) writeFileSync(target, stripped, { mode: statSync(file).mode & 0o777 });
  return stripped !== undefined;
}

async function byTool({ exec }: BuildJob<unknown>, file: string, target: string): Promise<boolean> {
  copyFileSync(file, target);
  try {
    await exec([TOOL, '--strip-all', target]);
    return true;
  } catch (error) {
    if (error instanceof DistError && error.code === 'program-missing') return false;
    throw error;
  }
}
