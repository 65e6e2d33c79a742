import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { afterEach, describe, it } from 'mocha';
import { DistError, DistErrors } from '../../src/errors.ts';
import { checkHooks, listHooks, refuseHookFilters, runOnDemand, withStepHooks } from '../../src/lifecycle/config-hooks.ts';
import { packageRelease } from '../../src/lifecycle/package-release.ts';
import type { RunContext } from '../../src/lifecycle/run-context.ts';
import type { SessionOptions } from '../../src/lifecycle/session.ts';
import { stageRelease } from '../../src/lifecycle/stage-release.ts';
import { validateRelease } from '../../src/lifecycle/validate.ts';
import { SessionProject } from './session-project.ts';

const NODE = process.execPath;
const LINUX = 'acme-1.0.0-linux-amd64.txt';
const MACOS = 'acme-1.0.0-macos-arm64.txt';

const BASE = 'build: [make: { file: tool }]\ncontents: [{ from: "{build}/tool", to: bin/ }]\npackages: { txt: {} }\npublish: { box: {} }\n';

/** Appends what it is told to say, and what it finds in its environment, to hooks.txt. */
const SAY = `
import { appendFileSync } from 'node:fs';
const { PROVISIONING_DIST_STEP: step, PROVISIONING_DIST_WHEN: when, PROVISIONING_DIST_PLATFORM: platform, PROVISIONING_DIST_ARTIFACT_NAME: name } = process.env;
appendFileSync(new URL('hooks.txt', import.meta.url), [...process.argv.slice(2), when, step, name ?? platform].filter(Boolean).join(' ') + '\\n');
`;

/** Writes all its variables to env.json. */
const ENV = `import { writeFileSync } from 'node:fs'; writeFileSync(new URL('env.json', import.meta.url), JSON.stringify(process.env));`;

let project: SessionProject;

/** `hooks` is JSON, which is YAML. */
function projectWith(hooks: object, files: Readonly<Record<string, string>> = {}, base: string = BASE): SessionProject {
  project = new SessionProject(`${base}hooks: ${JSON.stringify(hooks)}\n`, { 'say.mjs': SAY, 'env.mjs': ENV, ...files });
  return project;
}

function say(...words: readonly string[]): { readonly run: readonly string[] } {
  return { run: [NODE, 'say.mjs', ...words] };
}

function script(text: string): { readonly run: readonly string[] } {
  return { run: [NODE, '--input-type=module', '-e', text] };
}

function said(): readonly string[] {
  return existsSync(project.path('hooks.txt')) ? project.read('hooks.txt').split('\n').slice(0, -1) : [];
}

async function packaged(options: Partial<SessionOptions> = {}): Promise<RunContext> {
  const run = await project.run(options);
  await packageRelease(run, { clean: false });
  return run;
}

async function failureOf(work: Promise<unknown>): Promise<DistError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof DistError, String(error));
  return error;
}

describe('hooks of the configuration', () => {
  afterEach(() => project.remove());

  it('stand before and after each turn of a step', async () => {
    const both = [say(), { ...say(), when: 'after' }];
    projectWith({ beforeBuild: both, build: both, stage: both, package: both });
    await packaged({ filters: { platforms: ['linux'], variants: [], formats: [] } });
    assert.deepEqual(said(), [
      'before beforeBuild',
      'after beforeBuild',
      'before build linux-amd64',
      'after build linux-amd64',
      'before stage linux-amd64',
      'after stage linux-amd64',
      `before package ${LINUX}`,
      `after package ${LINUX}`,
    ]);
  });

  it('run in the order declared', async () => {
    projectWith({ beforeBuild: [say('1'), { ...say('2'), when: 'after' }, say('3'), { ...say('4'), when: 'after' }] });
    await packaged();
    assert.deepEqual(said(), ['1 before beforeBuild', '3 before beforeBuild', '2 after beforeBuild', '4 after beforeBuild']);
  });

  it('run for the platforms and formats they name', async () => {
    const hooks = {
      build: [{ ...say(), platform: 'macos' }],
      package: [
        { ...say('a'), format: 'txt', platform: 'linux' },
        { ...say('b'), format: 'archive' },
      ],
    };
    projectWith(hooks, {}, BASE.replace('txt: {}', 'txt: {}, tree: {}'));
    await packaged();
    const expected = [
      `a before package ${LINUX}`,
      'b before package acme-1.0.0-linux-amd64.tree',
      `b before package ${LINUX}`,
      'b before package acme-1.0.0-macos-arm64.tree',
      `b before package ${MACOS}`,
      'before build macos-arm64',
    ];
    assert.deepEqual(said().toSorted(), expected);
  });

  it('see what was made and tell by environment alone', async () => {
    projectWith({
      package: [{ run: [NODE, 'env.mjs', '{version}', '$HOME'], when: 'after', platform: 'linux', env: { OWN: 'x\ny', PATH: '/nowhere' } }],
    });
    process.env.ACME_UNRELATED = 'x';
    await packaged();
    delete process.env.ACME_UNRELATED;
    const env = JSON.parse(project.read('env.json')) as Record<string, string>;
    const ours = Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('PROVISIONING_DIST_')));
    assert.deepEqual(ours, {
      PROVISIONING_DIST_PRODUCT: 'acme',
      PROVISIONING_DIST_NAME: 'acme',
      PROVISIONING_DIST_VERSION: '1.0.0',
      PROVISIONING_DIST_SNAPSHOT: 'false',
      PROVISIONING_DIST_STEP: 'package',
      PROVISIONING_DIST_WHEN: 'after',
      PROVISIONING_DIST_PLATFORM: 'linux-amd64',
      PROVISIONING_DIST_OS: 'linux',
      PROVISIONING_DIST_CPU: 'amd64',
      PROVISIONING_DIST_FORMAT: 'txt',
      PROVISIONING_DIST_ARTIFACT: project.path(`packages/${LINUX}`),
      PROVISIONING_DIST_ARTIFACT_NAME: LINUX,
      PROVISIONING_DIST_ARTIFACTS_DIR: project.path('packages'),
      PROVISIONING_DIST_BUILD_DIR: project.path('.provisioning-dist/build/acme-1.0.0/linux-amd64'),
      PROVISIONING_DIST_DIST_DIR: project.path('dist'),
    });
    assert.deepEqual([env.OWN, env.PATH, env.SOURCE_DATE_EPOCH, env.ACME_UNRELATED], ['x\ny', '/nowhere', '1700000000', undefined]);
  });

  it('may put files where builders put theirs', async () => {
    const text = 'import { writeFileSync } from "node:fs"; writeFileSync(process.env.PROVISIONING_DIST_BUILD_DIR + "/extra", "x")';
    projectWith({ build: [script(text)] });
    await packaged();
    assert.equal(project.read('.provisioning-dist/build/acme-1.0.0/linux-amd64/extra'), 'x');
  });

  it('run in the folder they name', async () => {
    const text = 'import { writeFileSync } from "node:fs"; writeFileSync("here", "x")';
    projectWith({ beforeBuild: [{ ...script(text), cwd: 'sub' }] }, { 'sub/other': '' });
    await packaged();
    assert.equal(project.read('sub/here'), 'x');
  });

  it('make the run fail, naming their place and the end of their output', async () => {
    projectWith({ beforeBuild: [say(), script('console.log("looking"); console.error("found one"); process.exit(3)'), say('never')] });
    const error = await failureOf(packaged());
    assert.equal(error.message, `Cannot run "${NODE}": it exited with 3\nlooking\nfound one`);
    assert.deepEqual(
      [error.code, error.exit, error.where?.file, error.where?.line, error.where?.subject],
      ['hook-failed', 1, error.where?.file, 9, 'hooks.beforeBuild[1]'],
    );
    assert.deepEqual(error.data, { program: NODE, exitCode: 3, signal: null, group: 'beforeBuild', when: 'before' });
    assert.deepEqual([said(), project.calls()], [['before beforeBuild'], []]);
  });

  it('that are optional warn', async () => {
    projectWith({ beforeBuild: [{ ...script('process.exit(3)'), optional: true }, say()] });
    await packaged();
    assert.deepEqual(said(), ['before beforeBuild']);
    assert.match(project.screen.text(), /hooks\.beforeBuild\[0\].*exited with 3/);
  });

  it('after a step that fails do not run', async () => {
    projectWith({ build: [{ ...say(), when: 'after' }] }, {}, BASE.replace('file: tool', 'file: tool, fails: all'));
    await assert.rejects(packaged());
    assert.deepEqual(said(), []);
  });

  it('say that a program is missing', async () => {
    projectWith({ beforeBuild: ['no-such-program-here'] });
    const error = await failureOf(packaged());
    assert.deepEqual([error.code, error.hint], ['hook-failed', 'install no-such-program-here or put it on PATH']);
  });

  it('end when their time is up', async () => {
    projectWith({ beforeBuild: [{ ...script('setInterval(() => {}, 1000)'), timeout: '300ms' }] });
    assert.equal((await failureOf(packaged())).message, `Cannot run "${NODE}": it ran longer than 300 ms`);
  });

  it('end when the run is interrupted', async () => {
    projectWith({ beforeBuild: [script('console.log("up"); setInterval(() => {}, 1000)')] });
    const stop = new AbortController();
    const run = await project.run({}, stop.signal);
    setTimeout(() => stop.abort(new DistError('interrupted', 'Stopped', { exit: 130 })), 300);
    assert.equal((await failureOf(packageRelease(run, { clean: false }))).exit, 130);
  });

  it('are told of, not run, with --skip hooks', async () => {
    projectWith({ beforeBuild: [say()], package: [{ ...say(), when: 'after', format: 'txt' }] });
    await packaged({ skip: ['hooks'] });
    assert.deepEqual(said(), []);
    assert.equal(project.screen.text().match(/hooks\.package\[0\] after package \(formats txt\), .*: --skip hooks/g)?.length, 1);
  });

  it('are told of in dry runs', async () => {
    projectWith({ publish: [say()], notify: [say()] });
    listHooks(await project.run({ skip: ['notify'] }), ['publish', 'notify']);
    assert.match(project.screen.text(), /hooks\.publish\[0\] before publish, .*: not run by --dry-run/);
    assert.doesNotMatch(project.screen.text(), /hooks\.notify/);
  });

  it('run for staging alone', async () => {
    projectWith({ stage: [{ ...say(), when: 'after' }] });
    await stageRelease(await project.run(), project.path('dist'));
    assert.deepEqual(said().toSorted(), ['after stage linux-amd64', 'after stage macos-arm64']);
  });
});

describe('hooks of finished artifacts', () => {
  afterEach(() => project.remove());

  const touch = 'import { appendFileSync } from "node:fs"; appendFileSync(process.env.PROVISIONING_DIST_ARTIFACT, "x")';

  for (const [what, hook] of [
    ['them', {}],
    ['them when optional', { optional: true }],
    ['them when optional and failing', { ...script(`${touch}; process.exit(1)`), optional: true }],
  ] as const) {
    it(`may not change ${what}`, async () => {
      projectWith({ package: [{ ...script(touch), when: 'after', platform: 'linux', ...hook }] });
      const error = await failureOf(packaged());
      assert.match(error.message, new RegExp(`^Cannot accept "${LINUX}": .* changed it`));
      assert.deepEqual([error.code, error.where?.subject], ['hook-failed', 'hooks.package[0]']);
    });
  }

  it('that refuse one take it out of the release', async () => {
    projectWith({ package: [{ ...script('process.exit(1)'), when: 'after', platform: 'linux' }] });
    await assert.rejects(packaged(), { code: 'hook-failed' });
    assert.ok(!project.names('packages').includes(LINUX));
    assert.deepEqual(
      (JSON.parse(project.read('packages/release.json')) as { artifacts: { name: string }[] }).artifacts.map(({ name }) => name),
      [MACOS, 'checksums.sha256'],
    );
  });

  it('look at unchanged ones again', async () => {
    projectWith({ package: [{ ...say(), when: 'after', platform: 'linux' }] });
    await packaged();
    await packaged();
    assert.deepEqual(said(), [`after package ${LINUX}`, `after package ${LINUX}`]);
  });

  it('are findings of validation', async () => {
    projectWith({ validate: [{ ...script('console.log("too large"); process.exit(1)'), when: 'after', platform: 'linux' }] });
    const run = await packaged();
    const shown: unknown[] = [];
    const error = await failureOf(validateRelease(run, { stage: false, filtered: false, show: ({ artifacts }) => shown.push(artifacts) }));
    assert.equal(error.exit, 4);
    assert.deepEqual(
      (shown[0] as { findings: { code: string; message: string }[] }[]).flatMap(({ findings }) =>
        findings.filter(({ code }) => code === 'hook-failed').map(({ message }) => message),
      ),
      [`hooks.validate[0]: Cannot run "${NODE}": it exited with 1\ntoo large`],
    );
  });
});

describe('hooks of the last steps', () => {
  afterEach(() => project.remove());

  for (const [step, when, exit] of [
    ['publish', 'before', 1],
    ['publish', 'after', 5],
    ['notify', 'before', 5],
    ['rollback', 'before', 6],
    ['rollback', 'after', 1],
    ['sign', 'after', 1],
  ] as const) {
    it(`exit with ${exit} ${when} ${step}`, async () => {
      projectWith({ [step]: [{ ...script('process.exit(9)'), when }] });
      const done: string[] = [];
      const error = await failureOf(withStepHooks(await project.run(), step, async () => done.push('done')));
      assert.deepEqual([error.exit, done], [exit, when === 'before' ? [] : ['done']]);
    });
  }

  it('know when something is public already', async () => {
    projectWith({ publish: [script('process.exit(9)')] });
    assert.equal((await failureOf(withStepHooks(await project.run(), 'publish', async () => {}, { isPublic: true }))).exit, 5);
  });

  it('name the registries', async () => {
    projectWith({ publish: [{ run: [NODE, 'env.mjs'] }] });
    assert.equal(await withStepHooks(await project.run(), 'publish', async () => 'result'), 'result');
    assert.equal((JSON.parse(project.read('env.json')) as Record<string, string>).PROVISIONING_DIST_REGISTRY, 'box');
  });

  for (const [what, options] of [
    ['a snapshot', { snapshot: true }],
    ['--skip publish', { skip: ['publish'] }],
  ] as const) {
    it(`around publishing do not run in ${what}`, async () => {
      projectWith({ publish: [say()] });
      await withStepHooks(await project.run(options), 'publish', async () => {});
      assert.deepEqual(said(), []);
    });
  }
});

describe('secrets of hooks', () => {
  afterEach(() => project.remove());

  it('reach the program, not the log, the screen or the error', async () => {
    const text =
      'const { T } = process.env; console.log("is " + T); console.error(Buffer.from(T).toString("base64")); console.log(encodeURIComponent(T)); process.exit(T.length)';
    projectWith({ beforeBuild: [{ ...script(text), env: { T: { file: 'token.txt' } } }] }, { 'token.txt': 'hunter/22+secret\n' });
    const run = await project.run();
    const error = await failureOf(packageRelease(run, { clean: false }));
    run.report.error(error);
    run.report.close();
    assert.equal(error.data?.exitCode, 16);
    const everything = [
      project.screen.text(),
      ...project
        .names('.provisioning-dist/releases/acme-1.0.0')
        .filter((name) => name.includes('.'))
        .map((name) => project.read(`.provisioning-dist/releases/acme-1.0.0/${name}`)),
    ].join('\n');
    assert.match(everything, /is \*\*\*/);
    for (const form of ['hunter', Buffer.from('hunter/22+secret').toString('base64').slice(0, 12), 'hunter%2F22'])
      assert.ok(!everything.includes(form), form);
  });

  it('that are missing are found before anything runs', async () => {
    projectWith({ beforeBuild: [say()], package: [{ ...say(), env: { T: { file: 'nope.txt' } } }] });
    await assert.rejects(packaged(), { code: 'secret-missing', exit: 3 });
    assert.deepEqual(said(), []);
  });

  it('of steps that do not run are not asked for', async () => {
    projectWith({ publish: [{ ...say(), env: { T: { file: 'nope.txt' } } }] });
    const run = await project.run({ skip: ['publish'] });
    await checkHooks(run, ['publish']);
  });
});

describe('filters of hooks', () => {
  afterEach(() => project.remove());

  it('that match nothing are errors before anything runs', async () => {
    projectWith({ beforeBuild: [say()], package: [{ ...say(), format: ['txt', 'dbe'], platform: ['solaris'] }] });
    const error = await failureOf(packaged());
    assert.ok(error instanceof DistErrors);
    assert.deepEqual(
      error.errors.map(({ exit, where, message }) => [exit, where?.subject, message.split(':')[0]]),
      [
        [2, 'hooks.package[0].platform', 'Cannot use "solaris" for "hooks.package[0].platform"'],
        [2, 'hooks.package[0].format', 'Cannot use format "dbe" in "hooks.package[0].format"'],
      ],
    );
    assert.deepEqual(said(), []);
  });

  it('may name what flags leave out', async () => {
    projectWith({ package: [{ ...say(), format: 'txt', platform: 'macos' }] });
    refuseHookFilters(await project.run({ filters: { platforms: ['linux'], variants: [], formats: ['tree'] } }));
  });
});

describe('functions among hooks', () => {
  afterEach(() => project.remove());

  async function runOf(hook: string): Promise<RunContext> {
    projectWith(
      {},
      {
        'own.mjs': `export default { name: 'acme', version: '1.0.0', platforms: ['linux-amd64'], plugins: ['./plugin.mjs'], packages: { txt: {} }, hooks: { sign: [${hook}] } };`,
      },
    );
    return project.run({ configFile: 'own.mjs' });
  }

  it('are called with the release and the variables', async () => {
    const run = await runOf(
      '{ fn: ({ group, when, release, env, log }) => log.info([group, when, release.version, env.PROVISIONING_DIST_NAME, env.X].join(" ")), env: { X: "y" } }',
    );
    await withStepHooks(run, 'sign', async () => {});
    assert.match(project.screen.text(), /sign before 1\.0\.0 acme y/);
  });

  for (const [what, fn] of [
    ['throw', '() => { throw new TypeError("no idea") }'],
    ['reject', 'async () => { throw new TypeError("no idea") }'],
  ] as const) {
    it(`fail when they ${what}`, async () => {
      const error = await failureOf(withStepHooks(await runOf(`{ fn: ${fn} }`), 'sign', async () => {}));
      assert.deepEqual([error.code, error.message], ['hook-failed', 'Cannot run the function of hooks.sign[0]: no idea']);
    });
  }

  it('are left behind when their time is up', async () => {
    const run = await runOf(
      '{ fn: ({ signal, log }) => new Promise(() => signal.addEventListener("abort", () => log.info("told"))), timeout: "50ms" }',
    );
    const error = await failureOf(withStepHooks(run, 'sign', async () => {}));
    assert.equal(error.message, 'Cannot run the function of hooks.sign[0]: it ran longer than 50 ms');
    assert.match(project.screen.text(), /told/);
  });
});

describe('hooks on demand', () => {
  afterEach(() => project.remove());

  it('run one after the other', async () => {
    projectWith({ docs: [say('docs')], check: [say('a'), say('b')] });
    const ran = await runOnDemand(await project.run(), ['check', 'docs']);
    assert.deepEqual(said(), ['a check', 'b check', 'docs docs']);
    assert.deepEqual(ran, [NODE, NODE, NODE]);
  });

  it('tell all failures', async () => {
    projectWith({ check: [script('process.exit(1)'), say('b'), script('process.exit(2)')] });
    const error = await failureOf(runOnDemand(await project.run(), ['check', 'docs']));
    assert.ok(error instanceof DistErrors);
    assert.deepEqual(
      error.errors.map(({ where }) => where?.subject),
      ['hooks.check[0]', 'hooks.check[2]'],
    );
    assert.deepEqual(said(), ['b check']);
  });
});
