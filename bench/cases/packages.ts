import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, workFolder } from '../folders.ts';
import { type Payload, type PayloadName, payload } from '../payloads.ts';
import { absent } from '../peers.ts';
import type { Contestant } from '../rounds.ts';
import { payloadTree, verify } from '../verify.ts';
import { type CaseMaker, type Ours, ours } from './case.ts';

/** deb and rpm against the systems' own tools, which find their trees staged; and what a further format of the same contents costs. */
export const packages: readonly CaseMaker[] = [
  deb('gzip', 'P7'),
  deb('gzip', 'P8'),
  deb('gzip', 'P1'),
  deb('zstd', 'P7'),
  deb('zstd', 'P1'),
  rpm('P7'),
  rpm('P8'),
  rpm('P1'),
  unchanged(),
  together(),
];

const NAMES = { deb: 'bench_1.0.0-1_amd64.deb', rpm: 'bench-1.0.0-1.x86_64.rpm', 'tar.gz': 'bench-1.0.0-linux-amd64.tar.gz' } as const;

type Format = keyof typeof NAMES;

/** A gigabyte takes gzip a minute. */
const LONG_ROUNDS = 3;

function packaged(load: Payload, formats: Partial<Record<Format, object>>, counted: boolean): Ours {
  const artifacts = (Object.keys(formats) as Format[]).map((format) => NAMES[format]);
  const config = {
    ...{ description: 'A payload', license: 'MIT', maintainer: 'Bench <bench@example.org>', homepage: 'https://example.org' },
    plugins: [join(ROOT, 'packages/plugin-deb-rpm/dist/index.js')],
    platforms: ['linux-amd64'],
    // Programs too stay where they are.
    contents: [{ from: 'payload/**', to: 'payload/', role: 'data' }],
    packages: formats,
  };
  return ours(load, { config, artifacts, trees: artifacts.map(() => payloadTree(load)), counted });
}

function deb(codec: 'gzip' | 'zstd', name: PayloadName): CaseMaker {
  return {
    name: `deb ${codec} ${name}`,
    make: () => {
      const load = payload(name);
      const missing = absent('dpkg-deb');
      const { contestant } = packaged(load, { deb: { codec } }, codec === 'gzip');
      return { contestants: [contestant, ...(missing.length > 0 ? [] : [dpkgDeb(load, codec)])], absent: missing };
    },
  };
}

const CONTROL = `Package: bench
Version: 1.0.0-1
Architecture: amd64
Maintainer: Bench <bench@example.org>
Description: A payload
`;

const LEVELS = { gzip: '-z6', zstd: '-z3' } as const;

/** Its tree is of links to the payload's files. */
function dpkgDeb(load: Payload, codec: keyof typeof LEVELS): Contestant {
  const tree = join(workFolder('peers'), `${load.name}-deb`);
  const output = join(workFolder('peers'), `${load.name}-${codec}.deb`);
  rmSync(tree, { recursive: true, force: true });
  mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
  writeFileSync(join(tree, 'DEBIAN/control'), CONTROL);
  const argv = ['dpkg-deb', '--root-owner-group', `-Z${codec}`, LEVELS[codec], '-b', tree, output] as const;
  return {
    name: `dpkg-deb -Z${codec} ${LEVELS[codec]}`,
    prepare: () => linked(load, tree),
    command: { pipeline: [argv], cwd: tree },
    verify: () => verify([{ path: output, tree: payloadTree(load) }]),
  };
}

/** The payload's files in a folder of this name, as hard links: made while nobody measures. */
function linked(load: Payload, folder: string): void {
  rmSync(join(folder, 'payload'), { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  execFileSync('cp', ['-al', load.folder, join(folder, 'payload')]);
}

function rpm(name: PayloadName): CaseMaker {
  return {
    name: `rpm gzip ${name}`,
    make: () => {
      const load = payload(name);
      const missing = absent('rpmbuild', 'rpm2cpio');
      const { contestant } = packaged(load, { rpm: {} }, true);
      return { contestants: [contestant, ...(missing.length > 0 ? [] : [rpmbuild(load)])], absent: missing };
    },
  };
}

/** No stripping, no byte-compiling, no search for dependencies: the files as they are. rpmbuild empties its build root, so they are linked into it while it runs. */
const spec = (load: Payload): string => `Name: bench
Version: 1.0.0
Release: 1
Summary: A payload
License: MIT
BuildArch: x86_64
AutoReqProv: no
%description
A payload
%install
cp -al '${load.folder}' "$RPM_BUILD_ROOT/payload"
%files
/payload
`;

function rpmbuild(load: Payload): Contestant {
  const top = join(workFolder('peers'), `${load.name}-rpm`);
  const root = join(top, 'root');
  const output = join(top, 'RPMS/x86_64', NAMES.rpm);
  rmSync(top, { recursive: true, force: true });
  mkdirSync(top, { recursive: true });
  writeFileSync(join(top, 'bench.spec'), spec(load));
  const defines = [`_topdir ${top}`, '_binary_payload w6.gzdio', '__os_install_post %{nil}', '_build_id_links none', 'debug_package %{nil}'];
  const argv = ['rpmbuild', '-bb', '--quiet', '--buildroot', root, ...defines.flatMap((one) => ['--define', one]), 'bench.spec'] as const;
  return {
    name: 'rpmbuild w6.gzdio',
    prepare: () => rmSync(output, { force: true }),
    command: { pipeline: [argv], cwd: top },
    verify: () => verify([{ path: output, tree: payloadTree(load) }]),
  };
}

function unchanged(): CaseMaker {
  return {
    name: 'unchanged packages P7',
    make: () => {
      const { made, contestant, verify: check } = packaged(payload('P7'), { deb: {}, rpm: {} }, false);
      const { command, dropLog, dropOutputs } = made;
      return {
        fixedOrder: true,
        rounds: LONG_ROUNDS,
        contestants: [
          { ...contestant, name: 'cold' },
          { name: 'unchanged', prepare: dropLog, command, verify: check },
          { name: 'outputs gone', prepare: dropOutputs, command, verify: check },
        ],
      };
    },
  };
}

/** Against the deb of the same project. */
function together(): CaseMaker {
  return {
    name: 'packages P9',
    make: () => {
      const load = payload('P9');
      const { made, contestant } = packaged(load, { deb: {}, rpm: {}, 'tar.gz': {} }, true);
      const [[program, ...args]] = made.command.pipeline as readonly [readonly [string, ...string[]]];
      const path = made.artifacts.find((each) => each.endsWith('.deb')) ?? '';
      const alone: Contestant = {
        name: 'deb alone',
        prepare: made.clean,
        command: { ...made.command, pipeline: [[program, ...args, '--format', 'deb']] },
        verify: () => verify([{ path, tree: payloadTree(load) }]),
      };
      return { rounds: LONG_ROUNDS, contestants: [contestant, alone] };
    },
  };
}
