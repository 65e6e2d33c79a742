import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { ROOT, workFolder } from '../folders.ts';
import { OURS } from '../gates.ts';
import { type Payload, type PayloadName, payload } from '../payloads.ts';
import type { Contestant } from '../rounds.ts';
import { payloadTree, verify } from '../verify.ts';
import type { CaseMaker } from './case.ts';

/**
 * The payload library's writer with a ready manifest, against GNU tar. `library` is its own time, which is what a program that holds it
 * pays; `ours` is the same as a whole process, with the start of Node.js and the reading of the manifest.
 */
export const tarWriter: readonly CaseMaker[] = [against('P2'), against('P3')];

function against(name: PayloadName): CaseMaker {
  return {
    name: `tar writer ${name}`,
    make: () => {
      const load = payload(name);
      const [script, staged] = [bundled(), manifest(load)];
      const node = (output: string): Argv => [process.execPath, script, staged, output];
      const library = contestant(load, 'library', node);
      const withSeconds = () => ({ ...library.verify(), wall: Number(readFileSync(`${archive(load, 'library')}.seconds`, 'utf8')) });
      const tar = contestant(load, 'tar', (output) => ['tar', '-cf', output, 'payload']);
      return { contestants: [contestant(load, OURS, node), { ...library, verify: withSeconds }, tar] };
    },
  };
}

type Argv = readonly [string, ...string[]];

function contestant(load: Payload, name: string, argv: (output: string) => Argv): Contestant {
  const output = archive(load, name);
  return {
    name,
    prepare: () => rmSync(output, { force: true }),
    command: { pipeline: [argv(output)], cwd: join(load.folder, '..') },
    verify: () => verify([{ path: output, tree: payloadTree(load) }]),
  };
}

function archive({ name }: Payload, writer: string): string {
  return join(workFolder('peers'), `${name}-${writer}.tar`);
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
