import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { createSecret, type SecretReference } from '../../src/config/secret.ts';
import { EXIT } from '../../src/errors.ts';
import type { Secret } from '../../src/plugin.ts';
import { createRedactor } from '../../src/redact.ts';
import { load, problems, project, removeProjects, yamlProject } from './project.ts';

after(removeProjects);

interface Made {
  readonly secret: Secret;
  readonly values: readonly string[];
}

function make(reference: SecretReference, { env = {}, root = '/' }: { env?: NodeJS.ProcessEnv; root?: string } = {}): Made {
  const values: string[] = [];
  return { secret: createSecret(reference, { env, root, onValue: (value) => values.push(value) }), values };
}

function print(text: string): SecretReference {
  return { cmd: [process.execPath, '-e', text] };
}

async function failure(made: Made): Promise<string> {
  const [problem] = await problems(() => made.secret.reveal());
  assert.deepEqual([problem?.code, problem?.exit], ['secret-missing', EXIT.preflight]);
  assert.ok(problem?.hint);
  return problem.message;
}

describe('createSecret', () => {
  it('reads a variable at once', async () => {
    const { secret, values } = make({ env: 'KEY' }, { env: { KEY: 'hunter22' } });
    assert.deepEqual(values, ['hunter22']);
    assert.equal(await secret.reveal(), 'hunter22');
  });

  it('reads a file without its last line break', async () => {
    const root = project({ key: 'line 1\nline 2\r\n' });
    const { secret, values } = make({ file: 'key' }, { root });
    assert.deepEqual(values, ['line 1\nline 2']);
    assert.equal(await secret.reveal(), 'line 1\nline 2');
  });

  it('runs a command when revealed, once', async () => {
    const { secret, values } = make(print('console.log("from-cmd-" + Math.random())'));
    assert.deepEqual(values, []);
    const value = await secret.reveal();
    assert.match(value, /^from-cmd-[\d.e-]+$/);
    assert.equal(await secret.reveal(), value);
    assert.deepEqual(values, [value]);
  });

  it('runs commands without a shell', async () => {
    const { secret } = make({ cmd: [process.execPath, '-p', 'process.argv[1]', '--', '$(id); `id` | cat'] });
    assert.equal(await secret.reveal(), '$(id); `id` | cat');
  });

  it('gives commands the environment of the run only', async () => {
    const { secret } = make(print('console.log(Object.keys(process.env).filter((name) => name !== "__CF_USER_TEXT_ENCODING").join())'), {
      env: { ONLY: '1' },
    });
    assert.equal(await secret.reveal(), 'ONLY');
  });

  it('prints as stars', () => {
    const { secret } = make({ env: 'KEY' }, { env: { KEY: 'hunter22' } });
    assert.deepEqual(
      [String(secret), JSON.stringify({ secret }), inspect(secret, { depth: 9, showHidden: true }), `${secret}`],
      ['***', '{"secret":"***"}', '***', '***'],
    );
  });

  it('is frozen', () => {
    assert.ok(Object.isFrozen(make({ env: 'KEY' }).secret));
  });

  it('names a variable that is not set, when revealed', async () => {
    assert.equal(await failure(make({ env: 'KEY' })), 'Cannot read secret "env KEY": the variable is not set');
  });

  it('takes an empty variable as missing', async () => {
    assert.equal(await failure(make({ env: 'KEY' }, { env: { KEY: '' } })), 'Cannot read secret "env KEY": the variable is empty');
  });

  it('names a file that is missing', async () => {
    assert.equal(await failure(make({ file: 'gone' }, { root: project({}) })), 'Cannot read secret "file gone": no such file');
  });

  it('refuses folders, empty and large files', async () => {
    const root = project({ empty: '\n', large: 'x'.repeat(65_537), 'folder/x': '' });
    assert.match(await failure(make({ file: 'empty' }, { root })), /the file is empty$/);
    assert.match(await failure(make({ file: 'large' }, { root })), /larger than 64 KiB$/);
    assert.match(await failure(make({ file: 'folder' }, { root })), /not a regular file$/);
  });

  it('names a command that fails, without its output', async () => {
    const { message, cause, data } =
      (await problems(() => make(print('console.log("hunter22"); console.error("hunter22"); process.exit(3)')).secret.reveal()))[0] ?? assert.fail();
    assert.equal(message, `Cannot read secret "cmd ${process.execPath}": it exited with 3`);
    assert.deepEqual([cause, data], [undefined, undefined]);
  });

  it('names a program that is not there', async () => {
    assert.equal(
      await failure(make({ cmd: ['no-such-program-anywhere'] })),
      'Cannot read secret "cmd no-such-program-anywhere": no such program on PATH',
    );
  });

  it('refuses a command that prints nothing or too much', async () => {
    assert.match(await failure(make(print(''))), /it printed nothing$/);
    assert.match(await failure(make(print('console.log("x".repeat(70000))'))), /more than 64 KiB$/);
  });
});

describe('loadConfig collects secrets', () => {
  it('wherever plugins may have them, each once', async () => {
    const text =
      'publish: { a: { token: { env: A }, deep: [{ key: { cmd: [op, read, x] } }] }, b: { token: { env: A } } }\npackages: { deb: { key: { file: k } } }\nbuild: [{ go: { env: { GOOS: x }, token: { env: B } } }]';
    const { secrets } = await load(yamlProject(text));
    assert.deepEqual(
      secrets.map(({ source }) => source),
      ['env A', 'cmd op', 'file k', 'env B'],
    );
  });

  it('and tells the redactor their values', async () => {
    const folder = yamlProject(
      'publish: { a: { token: { env: A } } }\nproducts: { x: { packages: { deb: { key: { file: ./provisioning-dist.yaml } } } } }',
    );
    const redactor = createRedactor();
    await load(folder, { env: { A: 'hunter22' }, redactor, file: 'provisioning-dist.yaml' }).catch(() => undefined);
    assert.equal(redactor.redact('hunter22 platforms: [linux-amd64]'), '*** ***');
  });
});
