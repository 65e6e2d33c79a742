import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, it } from 'mocha';
import { type Ran, result, run, start, succeed } from '../cli.ts';
import { type Project, sandbox } from '../project.ts';
import { smallProject } from '../small-project.ts';

/** Hooks of the configuration through the command line, bad ones too. */

const NODE = process.execPath;
const SECRET = 'correct-horse/battery+staple';

describe('hooks of the configuration', () => {
  const box = sandbox();

  /** `hooks` is JSON, which is YAML. Scripts are files of the project. */
  function projectWith(hooks: object, scripts: Readonly<Record<string, string>> = {}): Project {
    const files = Object.fromEntries(Object.entries(scripts).map(([name, text]) => [`scripts/${name}.mjs`, text]));
    return box.project({ ...smallProject({ more: `hooks: ${JSON.stringify(hooks)}` }), ...files });
  }

  function script(name: string, ...args: readonly string[]): { readonly run: readonly string[] } {
    return { run: [NODE, `scripts/${name}.mjs`, ...args] };
  }

  function stateOf(project: Project): string {
    return project.path('.provisioning-dist/releases/acme-1.2.3');
  }

  /** Everything that is left of a run: what it said and what it stored. */
  function traces(project: Project, { stdout, stderr }: Ran): string {
    const files = readdirSync(stateOf(project), { recursive: true, encoding: 'utf8' }).filter((name) =>
      statSync(join(stateOf(project), name)).isFile(),
    );
    return [stdout, stderr, ...files.map((name) => project.read(`.provisioning-dist/releases/acme-1.2.3/${name}`))].join('\n');
  }

  it('run once per turn, in their order', async () => {
    const write =
      "import { appendFileSync } from 'node:fs'; const { env } = process; appendFileSync('said.txt', [env.PROVISIONING_DIST_WHEN, env.PROVISIONING_DIST_STEP, env.PROVISIONING_DIST_PLATFORM, env.PROVISIONING_DIST_VARIANT].filter(Boolean).join(' ') + '\\n')";
    const both = [script('say'), { ...script('say'), when: 'after' }];
    const project = projectWith({ beforeBuild: both, build: both, package: both }, { say: write });
    await succeed(project, ['package', '--platform', 'linux', '--variant', 'minimal']);
    assert.deepEqual(project.read('said.txt').split('\n').slice(0, -1), [
      'before beforeBuild',
      'after beforeBuild',
      'before build linux-amd64',
      'after build linux-amd64',
      'before package linux-amd64 minimal',
      'after package linux-amd64 minimal',
    ]);
  });

  it('leave no secret behind, printed in any form', async () => {
    const tell = `
const { TOKEN } = process.env;
for (const say of [console.log, console.error])
  for (const form of [TOKEN, encodeURIComponent(TOKEN), Buffer.from(TOKEN).toString('base64'), JSON.stringify({ TOKEN }), 'x'.repeat(5000) + TOKEN]) say('it is ' + form);
process.stdout.write(TOKEN.slice(0, 9));
setTimeout(() => { process.stdout.write(TOKEN.slice(9) + '\\n'); process.exitCode = TOKEN.length; }, 100);
`;
    const project = projectWith({ beforeBuild: [{ ...script('tell'), env: { TOKEN: { env: 'ACME_TOKEN' } } }] }, { tell });
    const ran = await run(project, ['package', '--verbose'], { env: { ACME_TOKEN: SECRET } });
    const text = traces(project, ran);
    assert.equal(ran.exit, 1);
    assert.match(ran.stderr, new RegExp(`exited with ${SECRET.length}`));
    assert.match(text, /it is \*\*\*/);
    for (const form of [SECRET, encodeURIComponent(SECRET), Buffer.from(SECRET).toString('base64').slice(0, 30), SECRET.slice(0, 9), SECRET.slice(9)])
      assert.ok(!text.includes(form), form);
  });

  it('get no variable they were not given', async () => {
    const look = 'if (process.env.ACME_TOKEN || process.env.NPM_TOKEN) process.exit(1)';
    const project = projectWith({ beforeBuild: [script('look')] }, { look });
    await succeed(project, ['package', '--platform', 'linux'], { env: { ACME_TOKEN: SECRET, NPM_TOKEN: SECRET } });
  });

  it('keep line breaks, dashes and braces of their arguments', async () => {
    const check =
      "import { deepStrictEqual } from 'node:assert'; deepStrictEqual(process.argv.slice(2), ['--', '-x', 'a\\nb', '{version}', '$HOME', '; id', ''])";
    const project = projectWith({ beforeBuild: [script('check', '--', '-x', 'a\nb', '{version}', '$HOME', '; id', '')] }, { check });
    await succeed(project, ['package', '--platform', 'linux']);
  });

  it('may print 100 MB', async () => {
    const flood =
      "import { writeSync } from 'node:fs'; const mib = ('x'.repeat(1023) + '\\n').repeat(1024); for (let i = 0; i < 100; i++) writeSync(1, mib);";
    const project = projectWith({ beforeBuild: [script('flood')] }, { flood });
    await succeed(project, ['package', '--platform', 'linux']);
    const { size } = statSync(join(stateOf(project), 'build.log'));
    assert.ok(size > 16 * 2 ** 20 && size < 20 * 2 ** 20, String(size));
  });

  it('may close what they read and write', async () => {
    const close = "import { closeSync } from 'node:fs'; for (const fd of [0, 1, 2]) closeSync(fd); setTimeout(() => {}, 100)";
    await succeed(projectWith({ beforeBuild: [script('close')] }, { close }), ['package', '--platform', 'linux']);
  });

  const STUBBORN = `
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
process.on('SIGTERM', () => {});
const child = spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'], { stdio: 'ignore' });
writeFileSync('pids.txt', process.pid + ' ' + child.pid);
setInterval(() => {}, 1000);
`;

  function pidsOf(project: Project): readonly number[] {
    return project.read('pids.txt').split(' ').map(Number);
  }

  it('end with all they started when their time is up', async () => {
    const project = projectWith({ beforeBuild: [{ ...script('stubborn'), timeout: '1s' }] }, { stubborn: STUBBORN });
    const { exit, stderr } = await run(project, ['package']);
    assert.equal(exit, 1);
    assert.match(stderr, /it ran longer than 1000 ms/);
    assert.deepEqual(await survivors(pidsOf(project)), []);
  });

  it('end with all they started when the run is stopped', async () => {
    const project = projectWith({ beforeBuild: [script('stubborn')] }, { stubborn: STUBBORN });
    const { child, done } = start(project, ['package']);
    while (!existsSync(project.path('pids.txt'))) await wait(50);
    child.kill('SIGINT');
    assert.equal((await done).exit, 130);
    assert.deepEqual(await survivors(pidsOf(project)), []);
  });

  it('are left out by --skip hooks', async () => {
    const project = projectWith({ beforeBuild: ['no-such-program-here'] });
    const { stdout, stderr } = await succeed(project, ['package', '--platform', 'linux', '--skip', 'hooks']);
    assert.match(stdout + stderr, /hooks\.beforeBuild\[0\] before beforeBuild, no-such-program-here: --skip hooks/);
  });

  it('are named in errors by file, line and key', async () => {
    const project = projectWith({ beforeBuild: ['no-such-program-here'] });
    const { exit, stderr } = await run(project, ['package']);
    assert.equal(exit, 1);
    assert.match(stderr, /error\[hook-failed\]: Cannot run "no-such-program-here": there is no such program/);
    assert.match(stderr, /at provisioning-dist\.yaml:\d+:\d+ \(hooks\.beforeBuild\[0\]\)/);
  });

  describe('on demand', () => {
    const hooks = { check: [script('ok'), script('bad')], docs: [script('bad')] };
    const scripts = { ok: '', bad: 'console.log("it is bad"); process.exit(1)' };

    it('do not run by check', async () => {
      await succeed(projectWith(hooks, scripts), ['check']);
    });

    it('are all run by check --all', async () => {
      const { exit, stderr } = await run(projectWith(hooks, scripts), ['check', '--all']);
      assert.equal(exit, 1);
      assert.deepEqual(stderr.match(/\(hooks\.\w+(\[\d\])?\)/g), ['(hooks.check[1])', '(hooks.docs[0])']);
    });

    it('are listed by check --all', async () => {
      const project = projectWith({ check: [script('ok')] }, scripts);
      assert.deepEqual(result<{ hooks: unknown }>(await succeed(project, ['check', '--all', '--json'])).hooks, [NODE]);
    });
  });
});

/** Those still there after a while: a signal takes its time on a busy machine. */
async function survivors(pids: readonly number[]): Promise<readonly number[]> {
  const deadline = performance.now() + 2000;
  while (pids.some(isAlive) && performance.now() < deadline) await wait(10);
  return pids.filter(isAlive);
}

/** Not counting those that ended and wait for a parent, as in a container without an init. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync(`/proc/${pid}/cmdline`) || statSync(`/proc/${pid}/exe`, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}
