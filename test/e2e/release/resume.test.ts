import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { before, describe, it } from 'mocha';
import { run, succeed } from '../cli.ts';
import { type Project, sandbox, snapshot } from '../project.ts';
import { smallProject } from '../small-project.ts';

const FILES = smallProject({ variants: 'variants: {}', publish: 'publish:\n  local: {}\n  second: { use: local, path: second, needs: local }' });

/** Without what registries keep of the journal. */
function published(project: Project): readonly string[] {
  return ['published', 'second']
    .flatMap((folder) => snapshot(project.path(folder)).map((line) => `${folder}/${line}`))
    .filter((line) => !line.includes('.journal.ndjson'));
}

/** A copy of the project whose publishing is killed at a point. */
async function killed(box: ReturnType<typeof sandbox>, packaged: Project, point: number): Promise<Project> {
  const project = box.project({});
  cpSync(packaged.root, project.root, { recursive: true });
  const env = { PROVISIONING_DIST_CRASH: String(point), PROVISIONING_DIST_SLOTS: '1' };
  const { exit } = await run(project, ['publish'], { env });
  assert.equal(exit, null);
  return project;
}

describe('resume', () => {
  const box = sandbox();
  let packaged: Project;
  let points: number;
  let reference: readonly string[];
  before('packages, and counts the points', async () => {
    packaged = box.project(FILES);
    await succeed(packaged, ['package']);
    const whole = box.project({});
    cpSync(packaged.root, whole.root, { recursive: true });
    const log = `${whole.home}/points`;
    await succeed(whole, ['publish'], { env: { PROVISIONING_DIST_CRASH: `log:${log}`, PROVISIONING_DIST_SLOTS: '1' } });
    points = readFileSync(log, 'utf8').split('\n').length - 1;
    reference = published(whole);
  });

  // of the header, of the first change, in the middle, around the stored journal, of the last note
  for (const share of [0.05, 0.3, 0.55, 0.8, 0.85, 0.95, 1]) {
    it(`ends as if nothing had happened after a kill at ${share * 100}%`, async () => {
      const project = await killed(box, packaged, Math.ceil(points * share));
      const { exit, stderr } = await run(project, ['resume', '--version', '1.2.3']);
      // the last point is after the last note: all is done
      if (share < 1) assert.equal(exit, 0, stderr);
      assert.deepEqual(published(project), reference);
    });
  }

  it('finds the release that stopped, and says how far it came', async () => {
    const project = await killed(box, packaged, 20);
    const { stderr, exit } = await run(project, ['resume']);
    assert.equal(exit, 0);
    assert.match(stderr, /acme 1\.2\.3 was begun: 2 changes done, nothing is public/);
    assert.equal((JSON.parse(project.read('.provisioning-dist/releases/acme-1.2.3/run.json')) as { command: string }).command, 'resume');
  });

  it('goes on from the journal a registry keeps', async () => {
    const project = await killed(box, packaged, points - 8);
    rmSync(project.path('.provisioning-dist'), { recursive: true });
    const { stderr, exit } = await run(project, ['resume', '--version', '1.2.3']);
    assert.equal(exit, 0);
    assert.match(stderr, /goes on from the journal kept in "local"/);
    assert.deepEqual(published(project), reference);
    // nobody knows what the pointers replaced: what they lead to stays with them
    const { exit: code, stderr: said } = await run(project, ['rollback', '--version', '1.2.3']);
    assert.equal(code, 6);
    assert.match(said, /second: "point acme\/latest\.json to 1\.2\.3" was there when the journal began/);
    assert.deepEqual(published(project), reference);
  });

  it('is not needed without any journal: effects look first', async () => {
    const project = await killed(box, packaged, Math.ceil(points / 2));
    rmSync(project.path('.provisioning-dist'), { recursive: true });
    await succeed(project, ['publish']);
    assert.deepEqual(published(project), reference);
  });

  describe('refuses', () => {
    async function refused(project: Project, text: RegExp, ...more: readonly string[]): Promise<void> {
      const { exit, stderr } = await run(project, ['resume', ...more]);
      assert.match(stderr, text);
      assert.ok(exit === 2 || exit === 3);
    }

    it('what is published or was never begun', async () => {
      const project = box.project({});
      cpSync(packaged.root, project.root, { recursive: true });
      await refused(project, /nothing-to-resume/);
      await refused(project, /no journal tells of it/, '--version', '1.2.3');
      await succeed(project, ['publish']);
      await refused(project, /it is published/, '--version', '1.2.3');
    });

    it('what was rolled back', async () => {
      const project = await killed(box, packaged, 30);
      await succeed(project, ['rollback', '--version', '1.2.3']);
      await refused(project, /error\[rolled-back\]: .*it is rolled back\n.*publishes it anew/, '--version', '1.2.3');
    });

    it('other artifacts than it began with', async () => {
      const project = await killed(box, packaged, 30);
      project.write({ 'docs/readme.md': '# other\n' });
      await succeed(project, ['package']);
      await refused(project, /error\[other-artifacts\]: .*acme-1\.2\.3-linux-amd64\.tar\.gz/, '--version', '1.2.3');
    });

    it('to guess which of several', async () => {
      const project = await killed(box, packaged, 30);
      await succeed(project, ['package', '--version', '1.4.0', '--clean']);
      const env = { PROVISIONING_DIST_CRASH: '30', PROVISIONING_DIST_SLOTS: '1' };
      await run(project, ['publish', '--version', '1.4.0'], { env });
      await refused(project, /2 releases are unfinished: acme 1\.2\.3, acme 1\.4\.0/);
    });
  });
});
