import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { workFolder } from '../folders.ts';
import { type Payload, PLATFORMS, payload } from '../payloads.ts';
import { absent, program } from '../peers.ts';
import { artifactName, single } from '../project.ts';
import type { Contestant } from '../rounds.ts';
import { payloadTree, type Tree, verify } from '../verify.ts';
import { type CaseMaker, ours } from './case.ts';

/** Tools people release with today, at their defaults. Reported, not judged. */
export const releaseTools: readonly CaseMaker[] = [sixArchives(), nfpmDeb()];

const ROUNDS = 3;

function sixArchives(): CaseMaker {
  return {
    name: 'goreleaser P5',
    skipped: missing('goreleaser'),
    make: () => {
      const load = payload('P5');
      const trees = PLATFORMS.map((platform) => programOf(load, platform));
      const artifacts = PLATFORMS.map((platform) => artifactName('tar.gz', platform));
      const config = {
        platforms: PLATFORMS,
        build: [{ prebuilt: { from: 'payload/{platform}/' } }],
        contents: [{ from: '{build}/acme', to: 'acme{exe}' }],
        packages: { 'tar.gz': {} },
      };
      return { rounds: ROUNDS, contestants: [ours(load, { config, artifacts, trees }).contestant, goreleaser(load, trees)] };
    },
  };
}

function programOf({ files }: Payload, platform: string): Tree {
  const name = platform.startsWith('windows') ? 'acme.exe' : 'acme';
  return { name: `goreleaser ${platform}`, files: files.filter(({ path }) => path === `${platform}/acme`).map((file) => ({ ...file, path: name })) };
}

const GORELEASER = {
  version: 2,
  project_name: 'acme',
  release: { disable: true },
  builds: [{ main: '.', no_main_check: true, tool: './go.sh', goos: ['linux', 'darwin', 'windows'], goarch: ['amd64', 'arm64'] }],
};

/** In place of the Go compiler: `go build … -o OUTPUT` brings the program of the platform. */
const GO = `#!/bin/sh
[ "$1" = build ] || exit 0
shift
while [ "$1" != -o ]; do shift; done
cp "payload/$GOOS-$GOARCH" "$2"
`;

/** Its open-source edition takes no finished programs, so that its builder is given a compiler that copies them. */
function goreleaser(load: Payload, trees: readonly Tree[]): Contestant {
  const folder = join(workFolder('peers'), 'goreleaser');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'payload'), { recursive: true });
  for (const platform of PLATFORMS) cpSync(join(load.folder, platform, 'acme'), join(folder, 'payload', goName(platform)));
  writeFileSync(join(folder, 'go.mod'), 'module acme\n');
  writeFileSync(join(folder, '.goreleaser.yaml'), JSON.stringify(GORELEASER));
  writeFileSync(join(folder, 'go.sh'), GO);
  chmodSync(join(folder, 'go.sh'), 0o755);
  const author = ['-c', 'user.name=bench', '-c', 'user.email=bench@example.org'];
  for (const args of [
    ['init', '-q'],
    ['add', 'go.mod'],
    [...author, 'commit', '-q', '-m', 'Begin'],
    ['tag', 'v1.0.0'],
    ['remote', 'add', 'origin', 'https://example.org/acme/acme.git'],
  ])
    execFileSync('git', args, { cwd: folder });
  const archive = (platform: string) => join(folder, 'dist', `acme_1.0.0_${goName(platform).replace('-', '_')}.tar.gz`);
  return {
    name: 'goreleaser',
    prepare: () => rmSync(join(folder, 'dist'), { recursive: true, force: true }),
    command: { pipeline: [[program('goreleaser') ?? 'goreleaser', 'release', '--skip=validate,publish,announce']], cwd: folder },
    verify: () => verify(trees.map((tree, index) => ({ path: archive(PLATFORMS[index] ?? ''), tree }))),
  };
}

function goName(platform: string): string {
  return platform.replace('macos', 'darwin');
}

/** The same bytes through gzip; a deb of ours takes the place of the tar.gz when there is one. */
function nfpmDeb(): CaseMaker {
  return {
    name: 'nfpm P1',
    skipped: missing('nfpm'),
    make: () => {
      const load = payload('P1');
      const artifacts = [artifactName('tar.gz', 'linux-amd64')];
      const { contestant } = ours(load, { config: single(load, { 'tar.gz': {} }), artifacts, trees: [payloadTree(load)] });
      return { rounds: ROUNDS, contestants: [contestant, nfpm(load)] };
    },
  };
}

function nfpm(load: Payload): Contestant {
  const folder = dirname(load.folder);
  const [config, output] = [join(workFolder('peers'), 'nfpm.yaml'), join(workFolder('peers'), 'P1-nfpm.deb')];
  const contents = load.files.map(({ path }) => ({ src: `payload/${path}`, dst: `/payload/${path}` }));
  writeFileSync(config, JSON.stringify({ name: 'acme', arch: 'amd64', version: '1.0.0', maintainer: 'Acme <acme@example.org>', contents }));
  return {
    name: 'nfpm deb',
    prepare: () => rmSync(output, { force: true }),
    command: { pipeline: [[program('nfpm') ?? 'nfpm', 'package', '-p', 'deb', '-f', config, '-t', output]], cwd: folder },
    verify: () => verify([{ path: output, tree: payloadTree(load) }]),
  };
}

function missing(name: string): string | undefined {
  return absent(name).length > 0 ? 'not installed; npm run bench -- --install-peers builds it' : undefined;
}
