import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BIN = join(import.meta.dirname, '../packages/core/bin/run.js');
const PACKAGE = JSON.parse(readFileSync(join(import.meta.dirname, '../packages/core/package.json'), 'utf8'));

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(argv: readonly string[], options: { readonly nodeOptions?: readonly string[]; readonly env?: Record<string, string> } = {}): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...(options.nodeOptions ?? []), BIN, ...argv], {
    cwd: tmpdir(),
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '', ...options.env },
  });
  return { code: status, stdout, stderr };
}

/** Pretends another Node.js before the first line of run.js. */
function asNode(version: string): readonly string[] {
  const script = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`;
  return ['--import', `data:text/javascript,${encodeURIComponent(script)}`];
}

describe('the built command line', () => {
  it('prints its version', () => {
    const expected = `provisioning-dist/${PACKAGE.version} ${process.platform}-${process.arch} node-${process.version}\n`;
    assert.deepEqual(
      [run(['--version']), run(['-v'])],
      [
        { code: 0, stdout: expected, stderr: '' },
        { code: 0, stdout: expected, stderr: '' },
      ],
    );
  });

  for (const version of ['20.19.0', '22.17.1', '23.11.0']) {
    it(`refuses Node.js ${version} with advice`, () => {
      const { code, stderr } = run(['plan'], { nodeOptions: asNode(version) });
      assert.equal(code, 2);
      assert.match(
        stderr,
        /^error\[node-version\]: Cannot run provisioning-dist with Node\.js .*: it needs 22\.18 or later of 22, or 24 and later\n {2}hint: /,
      );
    });
  }

  for (const version of ['22.18.0', '24.0.0', '26.1.0']) {
    it(`accepts Node.js ${version}`, () => {
      assert.equal(run(['--version'], { nodeOptions: asNode(version) }).code, 0);
    });
  }

  it('lists commands, with those of the oclif plugins', () => {
    const { code, stdout } = run(['--help']);
    assert.equal(code, 0);
    for (const command of ['package', 'publish', 'plugins', 'autocomplete']) assert.match(stdout, new RegExp(`^ {2}${command} `, 'm'));
  });

  it('shows help with examples by flag and by command', () => {
    const [flag, short, command] = [run(['package', '--help']), run(['package', '-h']), run(['help', 'package'])];
    assert.match(flag.stdout, /EXAMPLES\n[\s\S]*\$ provisioning-dist package/);
    assert.deepEqual([short, command], [flag, flag]);
  });

  it('shows help without a command', () => {
    assert.equal(run([]).stdout, run(['--help']).stdout);
  });

  it('suggests a command', () => {
    assert.deepEqual(run(['pakage']), {
      code: 2,
      stdout: '',
      stderr: 'error[unknown-command]: Cannot run "pakage": there is no such command\n  hint: did you mean "package"?\n',
    });
  });

  it('suggests a command of a topic', () => {
    assert.match(run(['plugins', 'instal']).stderr, /hint: did you mean "plugins install"\?/);
  });

  it('suggests a flag', () => {
    assert.deepEqual(run(['package', '--platfrom', 'linux']), {
      code: 2,
      stdout: '',
      stderr: 'error[usage]: Nonexistent flag: --platfrom\n  hint: did you mean --platform?\n',
    });
  });

  it('reports a bad command line as JSON', () => {
    const { code, stdout, stderr } = run(['package', '--json', '--jobs', '0']);
    assert.deepEqual([code, stderr, JSON.parse(stdout).type, JSON.parse(stdout).exit], [2, '', 'error', 2]);
  });

  it('strips escapes from what was typed', () => {
    assert.match(run(['\u001b[2Jevil']).stderr, /^error\[unknown-command\]: Cannot run "evil"/);
  });

  it('survives a reader that goes away', async () => {
    const child = spawn(process.execPath, [BIN, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    let errors = '';
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    const [code] = await once(child, 'close');
    assert.deepEqual([code, errors], [0, '']);
  });

  it('works when NODE_ENV says development', () => {
    assert.equal(run(['package', '--help'], { env: { NODE_ENV: 'development' } }).stderr, '');
  });

  it('sizes the thread pool before it is used', () => {
    const probe = `process.on('exit', () => process.stdout.write(process.env.UV_THREADPOOL_SIZE + '\\n'))`;
    const nodeOptions = ['--import', `data:text/javascript,${encodeURIComponent(probe)}`];
    const size = (env: Record<string, string>): string | undefined => run(['--version'], { nodeOptions, env }).stdout.split('\n')[1];
    assert.equal(size({ UV_THREADPOOL_SIZE: '9' }), '9');
    const cores = Number(size({ UV_THREADPOOL_SIZE: '' }));
    assert.ok(cores >= 4 && cores <= 32);
  });
});
