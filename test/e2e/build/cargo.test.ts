import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { before, describe, it } from 'mocha';
import { needs } from '../../consumers/tools.ts';
import { run, succeed } from '../cli.ts';
import { type Files, type Project, sandbox, sha256 } from '../project.ts';
import { smallProject } from '../small-project.ts';
import { toolchains } from './toolchains.ts';

/** A workspace of a library and two programs, for any Rust of the last years. */
const WORKSPACE: Files = {
  'Cargo.toml': '[workspace]\nmembers = ["lib", "one", "two"]\n',
  'Cargo.lock': `version = 3
${['lib', 'one', 'two'].map((name) => `\n[[package]]\nname = "${name}"\nversion = "0.1.0"\n${name === 'one' ? 'dependencies = [\n "lib",\n]\n' : ''}`).join('')}`,
  'lib/Cargo.toml': '[package]\nname = "lib"\nversion = "0.1.0"\nedition = "2018"\n',
  'lib/src/lib.rs': 'pub fn name() -> &\'static str { "acme" }\n',
  'one/Cargo.toml':
    '[package]\nname = "one"\nversion = "0.1.0"\nedition = "2018"\n[features]\nloud = []\n[dependencies]\nlib = { path = "../lib" }\n',
  'one/src/main.rs': 'fn main() { println!("{}{}", lib::name(), if cfg!(feature = "loud") { "!" } else { "" }); }\n',
  'two/Cargo.toml': '[package]\nname = "two"\nversion = "0.1.0"\nedition = "2018"\n',
  'two/src/main.rs': 'fn main() { println!("two"); }\n',
};

const SECTIONS = {
  platforms: 'platforms: [linux-amd64]',
  variants: 'variants: { complete: {} }',
  contents: 'contents:\n  - { from: "{build}/*", to: bin/, role: binary }',
  packages: 'packages:\n  tar.gz: {}',
};

describe('builder cargo', () => {
  needs('cargo', 'tar');
  const box = sandbox();
  const env = toolchains();
  let project: Project;
  before('makes a workspace', () => {
    project = box.project({ ...smallProject({ ...SECTIONS, build: 'build: [cargo]' }), ...WORKSPACE });
  });

  function packaged(program: string): string {
    execFileSync('tar', ['-xzf', project.path('packages/acme-1.2.3-linux-amd64-complete.tar.gz')], { cwd: project.home });
    return execFileSync('find', ['.', '-name', program, '-type', 'f', '-exec', '{}', ';'], { cwd: project.home, encoding: 'utf8' });
  }

  it('packages every program of a workspace', async () => {
    await succeed(project, ['package', '--clean'], { env });
    assert.equal(packaged('one'), 'acme\n');
    assert.equal(packaged('two'), 'two\n');
  });

  it('builds the same in another folder', async () => {
    const other = box.project({ ...smallProject({ ...SECTIONS, build: 'build: [cargo]' }), ...WORKSPACE });
    await succeed(other, ['package'], { env });
    const [one, two] = [project, other].map((each) => sha256(each.path('packages/acme-1.2.3-linux-amd64-complete.tar.gz')));
    assert.equal(one, two);
  });

  it('builds chosen programs with features', async () => {
    project.write(
      smallProject({ ...SECTIONS, version: 'version: 1.2.4', build: 'build:\n  - cargo: { package: one, bins: [one], features: [loud] }' }),
    );
    await succeed(project, ['package', '--clean'], { env });
    const listed = execFileSync('tar', ['-tzf', project.path('packages/acme-1.2.4-linux-amd64-complete.tar.gz')], { encoding: 'utf8' });
    assert.deepEqual(listed.match(/bin\/\w+/g), ['bin/one']);
  });

  it('shows what the compiler said', async () => {
    project.write({
      ...smallProject({ ...SECTIONS, version: 'version: 1.2.5', build: 'build: [cargo]' }),
      'two/src/main.rs': 'fn main() { nonsense(); }\n',
    });
    const { exit, stderr } = await run(project, ['package', '--clean'], { env });
    assert.equal(exit, 1);
    assert.match(
      stderr,
      /Cannot build linux-amd64 with "cargo": cannot run "cargo": it exited with 101[\s\S]*cannot find function `nonsense` in this scope/,
    );
  });
}).timeout(60_000);
