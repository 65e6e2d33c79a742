import assert from 'node:assert/strict';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, it } from 'mocha';
import { result, run, succeed } from '../cli.ts';
import { type Project, sandbox, snapshot } from '../project.ts';
import { smallProject } from '../small-project.ts';

interface Verification {
  readonly registries: readonly { readonly id: string; readonly current: string | null; readonly findings: readonly { readonly code: string }[] }[];
}

const MIRRORED = 'publish:\n  local: { mirrors: [eu] }\n  eu: { use: local, path: eu }';

describe('verify', () => {
  const box = sandbox();
  let project: Project;

  beforeEach(async () => {
    project = box.project(smallProject({ platforms: 'platforms: [linux-amd64]', variants: 'variants: {}', publish: MIRRORED }));
    await succeed(project, ['release']);
  });

  async function findings(...args: readonly string[]): Promise<readonly string[]> {
    const ran = await run(project, ['verify', '--json', ...args]);
    assert.equal(ran.exit, 4, ran.stderr);
    return result<Verification>(ran).registries.flatMap((registry) => registry.findings.map(({ code }) => code));
  }

  it('finds nothing wrong, and changes nothing', async () => {
    const before = snapshot(project.root);
    const { registries } = result<Verification>(await succeed(project, ['verify', '--json']));
    assert.deepEqual(
      registries.map(({ id, current, findings: found }) => [id, current, found]),
      [
        ['local', '1.2.3', []],
        ['eu', '1.2.3', []],
      ],
    );
    assert.deepEqual(snapshot(project.root), before);
  });

  it('needs release.json alone', async () => {
    cpSync(project.path('packages/release.json'), project.path('elsewhere/release.json'), { recursive: true });
    rmSync(project.path('packages'), { recursive: true });
    await succeed(project, ['verify', '--from', 'elsewhere']);
  });

  it('finds what was changed', async () => {
    writeFileSync(project.path('published/acme/1.2.3/checksums.sha256'), 'other');
    assert.equal((await findings()).length, 1);
  });

  it('finds what is gone', async () => {
    rmSync(project.path('eu/acme/1.2.3/checksums.sha256'));
    assert.equal((await findings('--registry', 'eu')).length, 1);
  });

  it('finds a mirror that is not in step', async () => {
    rmSync(project.path('eu/acme/latest.json'));
    assert.ok((await findings()).includes('mirror-drift'));
  });

  it('is content after one registry was published with its mirror', async () => {
    for (const folder of ['published', 'eu', '.provisioning-dist/releases']) rmSync(project.path(folder), { recursive: true });
    await succeed(project, ['publish', '--registry', 'local']);
    await succeed(project, ['verify']);
  });

  it('refuses a version that is not here', async () => {
    assert.equal((await run(project, ['verify', '--version', '9.9.9'])).exit, 2);
  });
});
