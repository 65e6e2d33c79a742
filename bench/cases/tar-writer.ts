import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { ROOT, workFolder } from '../folders.ts';
import { OURS } from '../gates.ts';
import { type Payload, type PayloadName, payload } from '../payloads.ts';
import { payloadTree, verify } from '../verify.ts';
import type { CaseMaker } from './case.ts';

/** The writer of the payload library with a ready manifest, against GNU tar. Whole processes: ours pays the start of Node.js. */
export const tarWriter: readonly CaseMaker[] = [against('P2'), against('P3')];

function against(name: PayloadName): CaseMaker {
  return {
    name: `tar writer ${name}`,
    make: () => {
      const load = payload(name);
      const [mine, theirs] = [OURS, 'tar'].map((writer) => join(workFolder('peers'), `${name}-${writer}.tar`)) as [string, string];
      const contestant = (writer: string, output: string, argv: readonly [string, ...string[]]) => ({
        name: writer,
        prepare: () => {},
        command: { pipeline: [argv], cwd: join(load.folder, '..') },
        verify: () => verify([{ path: output, tree: payloadTree(load) }]),
      });
      return {
        contestants: [
          contestant(OURS, mine, [process.execPath, bundled(), manifest(load), mine]),
          contestant('tar', theirs, ['tar', '-cf', theirs, 'payload']),
        ],
      };
    },
  };
}

/** As the command line is: one file of JavaScript. */
function bundled(): string {
  const outfile = join(workFolder(), 'tar-writer.mjs');
  buildSync({
    entryPoints: [join(import.meta.dirname, '../tar-writer.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['source'],
    packages: 'bundle',
    absWorkingDir: ROOT,
    logLevel: 'error',
  });
  return outfile;
}

function manifest({ name, folder, files }: Payload): string {
  const path = join(workFolder(), `${name}-manifest.json`);
  const staged = files.map((file) => {
    const { mtimeMs } = statSync(join(folder, file.path));
    return { ...file, path: `payload/${file.path}`, file: join(folder, file.path), mtimeMs };
  });
  writeFileSync(path, JSON.stringify({ files: staged }));
  return path;
}
