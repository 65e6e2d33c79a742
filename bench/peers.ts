/** The tools ours are held against. Missing ones are named in the results, never silently left out. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { workFolder } from './folders.ts';

/** Versions the Go of our machines builds. */
const GO_PEERS: Readonly<Record<string, string>> = {
  nfpm: 'github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.2',
  goreleaser: 'github.com/goreleaser/goreleaser/v2@v2.14.3',
};

/** Where the program is; undefined when this machine does not have it. */
export function program(name: string): string | undefined {
  const folders = [goFolder(), ...(process.env.PATH ?? '').split(delimiter)];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

export function absent(...names: readonly string[]): string[] {
  return names.filter((name) => program(name) === undefined);
}

/** Builds the peers that are written in Go, which takes minutes; what is there already stays. */
export function installPeers(): void {
  for (const [name, version] of Object.entries(GO_PEERS)) {
    if (program(name)) continue;
    console.log(`go install ${version}`);
    const { status, error } = spawnSync('go', ['install', version], { stdio: 'inherit', env: { ...process.env, GOBIN: goFolder() } });
    if (status !== 0) console.log(`skipped ${name}: ${error?.message ?? `go install exited with ${status}`}`);
  }
}

function goFolder(): string {
  return workFolder('go-peers');
}
