import { join } from 'node:path';
import { workFolder } from '../folders.ts';
import { OURS } from '../gates.ts';
import { type Payload, type PayloadName, payload } from '../payloads.ts';
import { project } from '../project.ts';
import type { Case, Contestant } from '../rounds.ts';
import { verifyTar } from '../verify.ts';

const GZIP: readonly [string, ...string[]] = ['gzip', '-6'];
const PIGZ: readonly [string, ...string[]] = ['pigz', '-6', '-p2'];

export const tarGz: readonly (() => Case)[] = [
  () => against('P1', [GZIP, PIGZ]),
  unchanged,
  () => against('P2', [GZIP, PIGZ]),
  () => against('P4', [GZIP, PIGZ]),
  // gzip alone would take minutes and tell nothing that P1 does not.
  () => against('P3', [PIGZ]),
];

function against(name: PayloadName, compressors: readonly (readonly [string, ...string[]])[]): Case {
  const load = payload(name);
  return { name: `tar.gz ${name}`, contestants: [ours(load), ...compressors.map((compressor) => peer(load, compressor))] };
}

function ours(load: Payload): Contestant {
  const { command, archive, clean } = project(load);
  return { name: OURS, prepare: clean, command, verify: () => verifyTar(archive, load) };
}

function peer(load: Payload, compressor: readonly [string, ...string[]]): Contestant {
  const output = join(workFolder('peers'), `${load.name}-${compressor[0]}.tar.gz`);
  const pipeline = [['tar', '-cf', '-', 'payload'], compressor] as const;
  return {
    name: `tar | ${compressor.join(' ')}`,
    prepare: () => {},
    command: { pipeline, cwd: join(load.folder, '..'), output },
    verify: () => verifyTar(output, load),
  };
}

/** The same run again: with its artifact in place, and with the artifact gone but its contents known. */
function unchanged(): Case {
  const load = payload('P1');
  const { command, archive, clean, dropOutputs } = project(load);
  const verify = () => verifyTar(archive, load);
  return {
    name: 'unchanged P1',
    fixedOrder: true,
    contestants: [
      { name: 'cold', prepare: clean, command, verify },
      { name: 'unchanged', prepare: () => {}, command, verify },
      { name: 'outputs gone', prepare: dropOutputs, command, verify },
    ],
  };
}
