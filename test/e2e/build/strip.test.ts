import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { before, describe, it } from 'mocha';
import { needs } from '../../consumers/tools.ts';
import { succeed } from '../cli.ts';
import { type Project, sandbox } from '../project.ts';
import { smallProject } from '../small-project.ts';
import { toolchains } from './toolchains.ts';

const PACKED = 'packages/acme-1.2.3-linux-amd64-complete/bin';

/** What binutils reads of programs we stripped ourselves. */
describe('option strip', () => {
  needs('gcc', 'go', 'readelf', 'strip');
  const box = sandbox();
  let project: Project;
  before('builds programs with all their symbols', async function () {
    this.timeout(120_000);
    const build = [
      'build:',
      '  - go: { ldflags: "-w=0", strip: true }',
      '  - command: { run: [gcc, -g, -o, out/dynamic, main.c, -lm], outputs: [out/dynamic], strip: true }',
      '    id: dynamic',
      '  - command: { run: [gcc, -g, -static, -o, out/static, main.c, -lm], outputs: [out/static], strip: true }',
      '    id: static',
    ];
    const sections = { platforms: 'platforms: [linux-amd64]', variants: 'variants: { complete: {} }', packages: 'packages:\n  dir: {}' };
    project = box.project({
      ...smallProject({ ...sections, build: build.join('\n'), contents: 'contents:\n  - { from: "{build}/*", to: bin/, role: binary }' }),
      'go.mod': 'module example.org/acme\n\ngo 1.19\n',
      'main.go': 'package main\n\nfunc main() { println("go") }\n',
      'main.c': '#include <stdio.h>\n#include <math.h>\nint main(int c, char **v) { printf("%.3f\\n", sqrt(c + 1)); return 0; }\n',
    });
    execFileSync('mkdir', [project.path('out')]);
    await succeed(project, ['package'], { env: toolchains() });
  });

  for (const [name, said] of [
    ['acme', 'go\n'],
    ['dynamic', '1.414\n'],
    ['static', '1.414\n'],
  ] as const) {
    it(`runs ${name}`, () => {
      const { stdout, stderr } = spawnSync(project.path(PACKED, name), { encoding: 'utf8' });
      assert.equal(stdout + stderr, said);
    });

    it(`leaves ${name} in order and without symbols`, () => {
      const { stdout, stderr } = spawnSync('readelf', ['--all', '--wide', project.path(PACKED, name)], { encoding: 'utf8', maxBuffer: 2 ** 28 });
      assert.equal(stderr, '');
      assert.doesNotMatch(stdout, /\.symtab|\.debug_/);
    });

    it(`makes ${name} as small as binutils does`, () => {
      const own = statSync(project.path(PACKED, name)).size;
      execFileSync('strip', ['-o', project.path('theirs'), project.path('.provisioning-dist/build/acme-1.2.3/linux-amd64', name)]);
      const theirs = statSync(project.path('theirs')).size;
      assert.ok(own <= theirs * 1.02 + 256, `${own} bytes, ${theirs} by binutils`);
    });
  }
});
