import { closeSync, openSync, readSync } from 'node:fs';
import type { BuildJob, BuildOutput, Platform } from '@provisioning-dist/core';
import { wrongPlatform } from '../made/errors.ts';
import { UNIVERSAL } from '../made/universal.ts';
import { OBJECT_HEAD_BYTES, type ObjectHead, readObjectHead } from './head.ts';

/** CPUs whose numbers we know in every format they exist in; with others, of platforms users define, nothing can be said. */
const KNOWN_CPUS: ReadonlySet<string> = new Set(['amd64', 'arm64', 'arm', '386', 'riscv64', 'ppc64le', 'ppc64', 's390x', 'loong64']);

/** Refuses outputs whose header says another operating system or CPU. Scripts and data have none, and pass. */
export function checkObjects(
  outputs: readonly BuildOutput[],
  { platform, log }: Pick<BuildJob<unknown>, 'platform' | 'log'>,
): readonly BuildOutput[] {
  const cpu = cpuOf(platform);
  for (const { name, file } of outputs) {
    const head = readObjectHead(headOf(file));
    if (head === undefined) continue;
    if (!head.systems.includes(platform.os)) throw wrongPlatform(name, head, platform);
    if (cpu === UNIVERSAL && platform.os === 'macos') checkUniversal(name, head, platform);
    else if (!KNOWN_CPUS.has(cpu)) log.info(`${name} is for ${head.cpus.join(' and ')}: whether that is ${platform.name} is not known here`);
    else if (!head.cpus.includes(cpu)) throw wrongPlatform(name, head, platform);
  }
  return outputs;
}

function checkUniversal(name: string, head: ObjectHead, platform: Platform): void {
  if (!['amd64', 'arm64'].every((cpu) => head.cpus.includes(cpu))) throw wrongPlatform(name, head, platform);
}

/** ELF has one number for all of 32-bit ARM. */
function cpuOf({ cpu }: Platform): string {
  return /^armv[5-7]/.test(cpu) ? 'arm' : cpu;
}

function headOf(file: string): Buffer {
  const descriptor = openSync(file, 'r');
  try {
    const head = Buffer.alloc(OBJECT_HEAD_BYTES);
    return head.subarray(0, readSync(descriptor, head, 0, OBJECT_HEAD_BYTES, 0));
  } finally {
    closeSync(descriptor);
  }
}
