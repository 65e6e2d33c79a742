import { openSource } from '@provisioning-dist/payload';
import { DistError, throwCollected } from '../errors.ts';
import type { Entry, FileEntry } from '../model/entry.ts';
import type { PlannedArtifact } from '../model/plan.ts';
import { HEAD_BYTES, type Magic, magicOf } from './file-magic.ts';

const MACHINES: Readonly<Partial<Record<NonNullable<Magic>, string>>> = { elf: 'ELF', macho: 'Mach-O', pe: 'PE' };

/** An artifact for every platform must not hold what runs on one only. Throws all such files. */
export function refusePrograms({ name, instance }: PlannedArtifact, entries: readonly Entry[]): void {
  const problems = entries.flatMap((entry): DistError[] => {
    const machine = entry.type === 'file' && mayRun(entry) ? machineOf(entry) : undefined;
    return machine === undefined ? [] : [programInside(entry.path, machine, name, instance)];
  });
  throwCollected(problems);
}

function mayRun({ role, mode }: FileEntry): boolean {
  return role === 'binary' || (mode & 0o111) !== 0;
}

const head = Buffer.alloc(HEAD_BYTES);

function machineOf({ source }: FileEntry): string | undefined {
  const reader = openSource(source);
  try {
    const magic = magicOf(head.subarray(0, reader.read(head)));
    return magic && MACHINES[magic];
  } finally {
    reader.close();
  }
}

function programInside(path: string, machine: string, artifact: string, instance: string): DistError {
  return new DistError('program-in-noarch', `Cannot package "${path}" in "${artifact}": it is a program of one platform (${machine})`, {
    where: { subject: `packages.${instance}` },
    hint: 'leave it to a package without "arch: all", by "components" or by "platforms" of its rule',
  });
}
