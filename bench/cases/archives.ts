import { join } from 'node:path';
import { workFolder } from '../folders.ts';
import { type Payload, type PayloadName, payload } from '../payloads.ts';
import { absent } from '../peers.ts';
import { artifactName, single } from '../project.ts';
import type { Contestant } from '../rounds.ts';
import { payloadTree, verify } from '../verify.ts';
import { type CaseMaker, ours, withoutFormat } from './case.ts';
import { tarPeer } from './tar-gz.ts';

/** zip, the other codecs of tar, and several outputs of one payload. */
export const archives: readonly CaseMaker[] = [
  zip(),
  fourOutputs(),
  tarOf('tar.xz', { name: 'P6', compressor: ['xz', '-6', '-T2', '--block-size=8MiB'] }),
  tarOf('tar.zst', { name: 'P1', compressor: ['zstd', '-q', '-3', '-T0'] }),
];

function zip(): CaseMaker {
  return {
    name: 'zip P1',
    make: () => {
      const load = payload('P1');
      const artifacts = [artifactName('zip', 'linux-amd64')];
      const { contestant } = ours(load, { config: single(load, { zip: {} }), artifacts, trees: [payloadTree(load)] });
      const missing = absent('zip');
      return { contestants: [contestant, ...(missing.length > 0 ? [] : [zipPeer(load)])], absent: missing };
    },
  };
}

function zipPeer(load: Payload): Contestant {
  const output = join(workFolder('peers'), `${load.name}-zip.zip`);
  return {
    name: 'zip -6',
    prepare: () => {},
    // To its standard output it would write sizes behind the contents, and Zip64.
    command: { pipeline: [['bash', '-c', 'rm -f "$1" && zip -q -r -6 "$1" payload', 'zip', output]], cwd: join(load.folder, '..') },
    verify: () => verify([{ path: output, tree: payloadTree(load) }]),
  };
}

/** Until packages exist: tar.gz, zip and two more layouts of tar.gz. */
function fourOutputs(): CaseMaker {
  const named = (layout: string) => `{name}-{version}-{platform}-${layout}.{ext}`;
  const packages = {
    'tar.gz': {},
    zip: {},
    flat: { use: 'tar.gz', wrap: false, name: named('flat') },
    nested: { use: 'tar.gz', wrap: 'opt/bench', name: named('nested') },
  };
  return {
    name: 'four outputs P1',
    make: () => {
      const load = payload('P1');
      const artifacts = [
        artifactName('tar.gz', 'linux-amd64'),
        artifactName('zip', 'linux-amd64'),
        artifactName('tar.gz', 'linux-amd64', 'flat'),
        artifactName('tar.gz', 'linux-amd64', 'nested'),
      ];
      const { contestant } = ours(load, { config: single(load, packages), artifacts, trees: artifacts.map(() => payloadTree(load)) });
      return { contestants: [contestant, tarPeer(load, ['gzip', '-6'], 'tar.gz')] };
    },
  };
}

interface TarPeer {
  readonly name: PayloadName;
  readonly compressor: readonly [string, ...string[]];
}

function tarOf(ext: string, { name, compressor }: TarPeer): CaseMaker {
  return {
    name: `${ext} ${name}`,
    skipped: withoutFormat(ext),
    make: () => {
      const load = payload(name);
      const artifacts = [artifactName(ext, 'linux-amd64')];
      const { contestant } = ours(load, { config: single(load, { [ext]: {} }), artifacts, trees: [payloadTree(load)], counted: false });
      const missing = absent(compressor[0]);
      return { contestants: [contestant, ...(missing.length > 0 ? [] : [tarPeer(load, compressor, ext)])], absent: missing };
    },
  };
}
