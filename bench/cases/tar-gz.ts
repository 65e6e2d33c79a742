import { join } from 'node:path';
import { workFolder } from '../folders.ts';
import { type Payload, type PayloadName, payload } from '../payloads.ts';
import { program } from '../peers.ts';
import { artifactName, single } from '../project.ts';
import type { Contestant } from '../rounds.ts';
import { payloadTree, verify } from '../verify.ts';
import { type CaseMaker, type Ours, ours } from './case.ts';

type Compressor = readonly [string, ...string[]];
const GZIP: Compressor = ['gzip', '-6'];
const PIGZ: Compressor = ['pigz', '-6', '-p2'];

export const tarGz: readonly CaseMaker[] = [
  against('P1', [GZIP, PIGZ]),
  unchanged(),
  against('P2', [GZIP, PIGZ]),
  against('P4', [GZIP, PIGZ]),
  // Minutes of gzip would tell nothing that P1 does not. What is judged is memory, which three rounds tell.
  against('P3', [PIGZ], 3),
];

function against(name: PayloadName, compressors: readonly Compressor[], rounds?: number): CaseMaker {
  return {
    name: `tar.gz ${name}`,
    make: () => {
      const load = payload(name);
      return {
        contestants: [tarGzOf(load).contestant, ...present(compressors).map((compressor) => tarPeer(load, compressor, 'tar.gz'))],
        absent: compressors.filter(([command]) => !program(command)).map(([command]) => command),
        ...(rounds === undefined ? {} : { rounds }),
      };
    },
  };
}

/** Runs of many small files are cut where nobody outside can tell: only P1 is counted. */
function tarGzOf(load: Payload): Ours {
  const artifacts = [artifactName('tar.gz', 'linux-amd64')];
  return ours(load, { config: single(load, { 'tar.gz': {} }), artifacts, trees: [payloadTree(load)], counted: load.name === 'P1' });
}

function present(compressors: readonly Compressor[]): readonly Compressor[] {
  return compressors.filter(([command]) => program(command));
}

/** GNU tar and a compressor, as a pipeline. */
export function tarPeer(load: Payload, compressor: Compressor, ext: string): Contestant {
  const output = join(workFolder('peers'), `${load.name}-${compressor[0]}.${ext}`);
  const pipeline = [['tar', '-cf', '-', 'payload'], compressor] as const;
  return {
    name: `tar | ${compressor.filter((word) => !word.startsWith('--')).join(' ')}`,
    prepare: () => {},
    command: { pipeline, cwd: join(load.folder, '..'), output },
    verify: () => verify([{ path: output, tree: payloadTree(load) }]),
  };
}

/** The same run again: with its artifact in place, and with the artifact gone but its contents known. */
function unchanged(): CaseMaker {
  return {
    name: 'unchanged P1',
    make: () => {
      const { made, contestant, verify: check } = tarGzOf(payload('P1'));
      const { command, dropLog, dropOutputs } = made;
      return {
        fixedOrder: true,
        contestants: [
          { ...contestant, name: 'cold' },
          { name: 'unchanged', prepare: dropLog, command, verify: check },
          { name: 'outputs gone', prepare: dropOutputs, command, verify: check },
        ],
      };
    },
  };
}
