import assert from 'node:assert/strict';
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { before, describe, it } from 'mocha';
import { type Ran, result, run, succeed } from '../cli.ts';
import { type Project, type Sandbox, sandbox, snapshot } from '../project.ts';
import { configText, smallProject } from '../small-project.ts';

interface Summary {
  readonly registries: readonly { readonly id: string; readonly state: string }[];
  readonly effects: readonly { readonly instance: string; readonly description: string; readonly state: string }[];
}

const TWO = 'publish:\n  local: {}\n  second: { use: local, path: second, needs: local }';

/** Says what it does in a file; `said` cannot be unsaid, `open` can. */
const PLUGIN = `import * as fs from 'node:fs';
const effect = (name, more) => ({
  name: 'probe.' + name, key: ({ text }) => text, describe: ({ text }) => name + ' ' + text,
  apply: async ({ text }) => { fs.appendFileSync('said.txt', name + ' ' + text + '\\n'); return {}; }, ...more,
});
const open = effect('open', { revert: async ({ text }) => {
  if (fs.existsSync('broken')) throw new Error('no way back');
  fs.appendFileSync('said.txt', 'close ' + text + '\\n');
} });
const said = effect('say', { visible: true, irreversible: 'tell everybody that it is not so' });
export default { name: 'probe', apiVersion: 1, registries: { probe: {
  options: ({ z }) => z.object({}), effects: [open, said],
  publish: async (job) => {
    await job.effect(open, { text: job.release.version });
    if (!fs.existsSync('quiet')) await job.effect(said, { text: job.release.version });
  },
} } };
`;

/** Without what registries keep of the journal, and the folder that is for it alone. */
function published(project: Project): readonly string[] {
  return ['published', 'second']
    .filter((folder) => existsSync(project.path(folder)))
    .flatMap((folder) => snapshot(project.path(folder)).map((line) => `${folder}/${line}`))
    .filter((line) => !line.includes('.journal.ndjson') && !/\/1\.3\.0\/ \d+$/.test(line));
}

/** 1.2.3 is published, then 1.3.0 over it. */
async function released(
  box: Sandbox,
  files = smallProject({ publish: TWO }),
): Promise<{ readonly project: Project; readonly older: readonly string[] }> {
  const project = box.project(files);
  await succeed(project, ['release']);
  const older = published(project);
  await succeed(project, ['release', '--version', '1.3.0', '--clean']);
  return { project, older };
}

function back(project: Project, ...more: readonly string[]): Promise<Ran> {
  return run(project, ['rollback', '--version', '1.3.0', '--json', ...more]);
}

describe('rollback', () => {
  const box = sandbox();

  it('leaves nothing that others may lean on', async () => {
    const { project } = await released(box);
    await succeed(project, ['rollback', '--version', '1.3.0', '--mode', 'retarget', '--to', '1.2.3']);
    const second = ['publish', '--version', '1.3.0', '--registry', 'second'];
    const retargeted = await run(project, second);
    assert.equal(retargeted.exit, 3, retargeted.stderr);
    assert.match(retargeted.stderr, /It needs "local", which is left out: clients get 1\.2\.3 from it, not 1\.3\.0/);
    await succeed(project, ['rollback', '--version', '1.3.0']);
    assert.equal((await run(project, second)).exit, 3);
  });

  it('leaves what was published before, byte for byte', async () => {
    const { project, older } = await released(box);
    const ran = await back(project);
    assert.equal(ran.exit, 0);
    assert.deepEqual(published(project), older);
    const { registries, effects } = result<Summary>(ran);
    assert.deepEqual(
      registries.map(({ id }) => id),
      ['second', 'local'],
    );
    assert.deepEqual(
      effects.slice(0, 2).map(({ instance, description }) => `${instance}: ${description}`),
      ['second: point acme/latest.json to 1.3.0', 'local: point acme/latest.json to 1.3.0'],
    );
  });

  it('does nothing the second time', async () => {
    const { project } = await released(box);
    await back(project);
    const journal = readFileSync(project.path('.provisioning-dist/releases/acme-1.3.0/journal.ndjson'), 'utf8');
    const { exit, stdout } = await run(project, ['rollback', '--version', '1.3.0']);
    assert.deepEqual([exit, stdout], [0, 'acme 1.3.0: nothing to take back\n']);
    assert.equal(readFileSync(project.path('.provisioning-dist/releases/acme-1.3.0/journal.ndjson'), 'utf8'), journal);
  });

  it('needs neither artifacts nor the journal of this machine', async () => {
    const { project, older } = await released(box);
    for (const folder of ['packages', '.provisioning-dist', 'vendor']) rmSync(project.path(folder), { recursive: true });
    assert.equal((await back(project)).exit, 0);
    assert.deepEqual(published(project), older);
  });

  it('only shows in a dry run', async () => {
    const { project } = await released(box);
    rmSync(project.path('.provisioning-dist'), { recursive: true });
    const all = snapshot(project.root);
    const { effects } = result<Summary>(await back(project, '--dry-run'));
    assert.deepEqual(snapshot(project.root), all);
    assert.deepEqual(new Set(effects.map(({ state }) => state)), new Set(['dry']));
  });

  it('leaves a pointer somebody moved', async () => {
    const { project } = await released(box);
    project.write({ 'published/acme/latest.json': '{"version":"9.9.9"}' });
    const ran = await back(project);
    assert.equal(ran.exit, 0);
    assert.equal(result<Summary>(ran).effects.find(({ instance }) => instance === 'local')?.state, 'moved');
    assert.equal(project.read('published/acme/latest.json'), '{"version":"9.9.9"}');
  });

  it('does not call it well when clients of one get a third version', async () => {
    const { project } = await released(box);
    project.write({ 'published/acme/latest.json': '{"version":"1.2.9"}' });
    const second = project.read('second/acme/latest.json');
    const { exit, stderr } = await run(project, ['rollback', '--version', '1.3.0', '--mode', 'retarget', '--to', '1.2.3']);
    assert.equal(exit, 6);
    assert.match(stderr, /Cannot point "acme\/latest\.json" back to 1\.2\.3: it names 1\.2\.9, not 1\.3\.0/);
    assert.equal(project.read('second/acme/latest.json'), second);
  });

  it('lists with its address what was there when the journal began', async () => {
    const { project } = await released(box);
    rmSync(project.path('.provisioning-dist'), { recursive: true });
    for (const folder of ['published', 'second']) rmSync(project.path(`${folder}/acme/1.3.0/.journal.ndjson`), { force: true });
    for (const folder of ['published', 'second']) project.write({ [`${folder}/acme/latest.json`]: '{"version":"1.2.3"}' });
    await run(project, ['publish', '--version', '1.3.0']);
    const { stays } = result<{ stays?: readonly { instance: string; description: string; address?: string }[] }>(await back(project, '--dry-run'));
    const own = stays?.find(({ instance, description }) => instance === 'local' && description === 'upload acme/1.3.0/release.json');
    assert.match(own?.address ?? '', /published\/acme\/1\.3\.0\/release\.json$/);
    const { stderr } = await run(project, ['rollback', '--version', '1.3.0']);
    assert.match(stderr, /These were there when the journal began, and stay/);
    assert.match(stderr, /local: upload acme\/1\.3\.0\/release\.json \(.*published\/acme\/1\.3\.0\/release\.json\)/);
  });

  it('sends clients back to it by publishing again', async () => {
    const { project } = await released(box);
    const pointer = project.read('published/acme/latest.json');
    await succeed(project, ['rollback', '--version', '1.3.0', '--mode', 'retarget', '--to', '1.2.3']);
    assert.notEqual(project.read('published/acme/latest.json'), pointer);
    await succeed(project, ['publish', '--version', '1.3.0']);
    assert.equal(project.read('published/acme/latest.json'), pointer);
    await succeed(project, ['rollback', '--version', '1.3.0', '--mode', 'retarget', '--to', '1.2.3']);
    assert.notEqual(project.read('published/acme/latest.json'), pointer);
    project.write({ 'published/acme/latest.json': '{"version":"1.2.9"}' });
    const { exit, stderr } = await run(project, ['publish', '--version', '1.3.0']);
    assert.equal(exit, 5);
    assert.match(stderr, /Cannot point acme\/latest\.json to 1\.3\.0 again: .*somebody else changed it since/);
  });

  it('keeps what a pointer it knows nothing of leads to', async () => {
    const { project } = await released(box);
    const pointer = JSON.parse(project.read('published/acme/latest.json')) as object;
    project.write({ 'published/acme/latest.json': JSON.stringify({ ...pointer, note: 'edited' }) });
    const { exit, stderr } = await run(project, ['rollback', '--version', '1.3.0']);
    assert.equal(exit, 6);
    assert.match(stderr, /Cannot take back "upload acme\/1\.3\.0\/release\.json": "local" still sends clients to 1\.3\.0$/m);
    assert.match(stderr, /--mode retarget --to VERSION/);
    assert.ok(existsSync(project.path('published/acme/1.3.0/release.json')));
    await succeed(project, ['rollback', '--version', '1.3.0', '--mode', 'retarget', '--to', '1.2.3']);
    assert.equal((await back(project)).exit, 0);
    assert.equal(existsSync(project.path('published/acme/1.3.0/release.json')), false);
  });

  it('keeps what clients are sent to though the record knows nothing of it', async () => {
    const { project } = await released(box);
    rmSync(project.path('.provisioning-dist'), { recursive: true });
    const record = 'published/acme/1.3.0/.journal.ndjson';
    const lines = project.read(record).split('\n');
    const [, id = ''] =
      /"id":"(\w+)"/.exec(lines.find((line) => line.includes('"instance":"local"') && line.includes('storage.promote')) ?? '') ?? [];
    assert.notEqual(id, '');
    project.write({ [record]: lines.filter((line) => !line.includes(id)).join('\n') });
    assert.equal((await back(project, '--dry-run')).exit, 6);
    assert.equal((await back(project)).exit, 6);
    assert.match(project.read('published/acme/latest.json'), /"1\.3\.0"/);
    assert.ok(existsSync(project.path('published/acme/1.3.0/release.json')));
  });

  it('publishes anew afterwards', async () => {
    const { project } = await released(box);
    const newer = published(project);
    await back(project);
    await succeed(project, ['publish', '--version', '1.3.0']);
    assert.deepEqual(published(project), newer);
  });

  it('takes back one registry alone', async () => {
    const { project } = await released(box);
    assert.deepEqual(
      result<Summary>(await back(project, '--registry', 'second')).registries.map(({ id }) => id),
      ['second'],
    );
    assert.match(project.read('published/acme/latest.json'), /"1\.3\.0"/);
    assert.match(project.read('second/acme/latest.json'), /"1\.2\.3"/);
  });

  it('sends clients to an older version', async () => {
    const { project } = await released(box);
    const { stdout } = await run(project, ['rollback', '--version', '1.3.0', '--mode', 'retarget', '--to', '1.2.3', '-n']);
    assert.match(stdout, /^ {2}local {3}point back acme\/latest\.json to 1\.2\.3 {2}would be done$/m);
    assert.equal((await back(project, '--mode', 'retarget', '--to', '1.2.3')).exit, 0);
    assert.match(project.read('published/acme/latest.json'), /"1\.2\.3"/);
    assert.ok(existsSync(project.path('published/acme/1.3.0/release.json')));
  });

  it('does not say that clients were sent where they are not', async () => {
    const { project } = await released(box);
    const pointer = project.read('published/acme/latest.json');
    const retarget = ['rollback', '--version', '1.3.0', '--mode', 'retarget', '--to', '1.2.3'];
    await succeed(project, retarget);
    project.write({ 'published/acme/latest.json': JSON.stringify(JSON.parse(pointer)) });
    const { exit, stdout, stderr } = await run(project, retarget);
    assert.equal(exit, 6);
    assert.match(stdout, /^ {2}local +as it was$/m);
    assert.match(stderr, /local: "point back acme\/latest\.json to 1\.2\.3" was done before, and somebody else changed it since/);
  });

  it('sends nobody anywhere when one registry cannot', async () => {
    const { project } = await released(box);
    rmSync(project.path('published/acme/1.2.3'), { recursive: true });
    const before = published(project);
    const ran = await run(project, ['rollback', '--version', '1.3.0', '--mode', 'retarget', '--to', '1.2.3']);
    assert.equal(ran.exit, 6);
    assert.match(ran.stderr, /Cannot point clients to "1\.2\.3": "acme\/1\.2\.3\/release\.json" is not there/);
    assert.doesNotMatch(ran.stdout, /clients sent/);
    assert.deepEqual(published(project), before);
  });

  describe('killed in the middle', () => {
    let project: Project;
    let older: readonly string[];
    before('releases', async () => {
      ({ project, older } = await released(box));
    });

    for (const point of [1, 4, 5, 8, 17, 33, 60]) {
      it(`goes on after point ${point}`, async () => {
        const other = box.project({});
        cpSync(project.root, other.root, { recursive: true });
        const env = { PROVISIONING_DIST_CRASH: String(point) };
        const killed = await run(other, ['rollback', '--version', '1.3.0'], { env });
        assert.equal(killed.exit, null);
        assert.equal((await back(other)).exit, 0);
        assert.deepEqual(published(other), older);
      });
    }
  });

  describe('of what cannot be taken back', () => {
    const files = { ...smallProject({ publish: 'publish: { local: {}, probe: {} }', more: 'plugins: [./plugin.mjs]' }), 'plugin.mjs': PLUGIN };

    it('takes back the rest, says what to do, and ends with 6', async () => {
      const { project } = await released(box, files);
      const { exit, stdout, stderr } = await run(project, ['rollback', '--version', '1.3.0']);
      assert.equal(exit, 6);
      assert.match(stdout, /^ {2}probe: say 1\.3\.0: tell everybody that it is not so$/m);
      assert.match(stderr, /^error\[rollback-incomplete\]: Cannot roll back all of acme 1\.3\.0: 1 changes stand/m);
      assert.match(project.read('published/acme/latest.json'), /"1\.2\.3"/);
      assert.match(project.read('said.txt'), /close 1\.3\.0\n$/);
      assert.equal((JSON.parse(project.read('.provisioning-dist/releases/acme-1.3.0/run.json')) as { exit: number }).exit, 6);
    });

    it('foresees it in a dry run', async () => {
      const { project } = await released(box, files);
      const all = snapshot(project.root);
      const { exit, stdout, stderr } = await run(project, ['rollback', '--version', '1.3.0', '--dry-run']);
      assert.equal(exit, 6);
      assert.match(stdout, /say 1\.3\.0 +stays: it cannot be taken back/);
      assert.match(stderr, /"say 1\.3\.0" cannot be taken back: tell everybody/);
      assert.deepEqual(snapshot(project.root), all);
    });

    it('ends with 6 when a way back fails, and is completed later', async () => {
      const project = box.project({ ...files, quiet: '', broken: '' });
      await succeed(project, ['release', '--version', '1.3.0']);
      const { exit, stderr } = await run(project, ['rollback', '--version', '1.3.0']);
      assert.equal(exit, 6);
      assert.match(stderr, /Cannot take back "open 1\.3\.0": no way back/);
      assert.equal(existsSync(project.path('published/acme/latest.json')), false);
      rmSync(project.path('broken'));
      assert.equal((await back(project)).exit, 0);
    });
  });

  describe('refuses', () => {
    const plugin = { 'plugin.mjs': PLUGIN };
    const MORE = 'plugins: [./plugin.mjs]';

    async function refused(project: Project, code: string, ...more: readonly string[]): Promise<Ran> {
      const ran = await run(project, ['rollback', '--version', '1.3.0', ...more]);
      assert.equal(ran.exit, 2);
      assert.match(ran.stderr, new RegExp(`^error\\[${code}\\]`, 'm'));
      return ran;
    }

    it('a release nobody published', async () => {
      await refused(box.project(smallProject()), 'no-journal');
    });

    it('a version that is none', async () => {
      const { exit } = await run(box.project(smallProject()), ['rollback', '--version', '../../1.0.0']);
      assert.equal(exit, 2);
    });

    it('a registry that is gone from the configuration', async () => {
      const { project } = await released(box);
      const newer = published(project);
      project.write({ 'provisioning-dist.yaml': configText() });
      assert.match((await refused(project, 'registry-gone')).stderr, /"second"/);
      assert.deepEqual(published(project), newer);
    });

    it('another place than it was published into', async () => {
      const { project } = await released(box);
      const all = published(project);
      const journal = '.provisioning-dist/releases/acme-1.3.0/journal.ndjson';
      const before = project.read(journal);
      project.write({ 'provisioning-dist.yaml': configText({ publish: TWO.replace('path: second', 'path: third') }) });
      for (const more of [[], ['--dry-run'], ['--mode', 'retarget', '--to', '1.2.3']]) {
        const { stderr } = await refused(project, 'options-changed', ...more);
        assert.match(stderr, /Cannot roll back "second": it was published with another "path"$/m);
      }
      assert.deepEqual([published(project), project.read(journal)], [all, before]);
      assert.equal((await back(project, '--changed-options')).exit, 0);
    });

    it('a mode a registry does not know', async () => {
      const { project } = await released(box, { ...smallProject({ publish: 'publish: { probe: {} }', more: MORE }), ...plugin });
      await refused(project, 'rollback-mode', '--mode', 'retarget', '--to', '1.2.3');
    });

    it('a mode without its version, and a version without its mode', async () => {
      const project = box.project(smallProject());
      await refused(project, 'rollback-to', '--mode', 'retarget');
      await refused(project, 'rollback-to', '--to', '1.2.3');
      await refused(project, 'rollback-to', '--mode', 'forward', '--to', '../x');
    });

    it('an unknown registry', async () => {
      const { project } = await released(box);
      await refused(project, 'unknown-registry', '--registry', 'nobody');
    });
  });
});
