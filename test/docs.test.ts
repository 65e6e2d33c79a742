import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import * as core from '@provisioning-dist/core';
import archives from '@provisioning-dist/plugin-archive';
import { z } from 'zod';
import { PACKAGE_KEYS, PUBLISH_KEYS, topSchema } from '../packages/core/src/config/schema.ts';
import { checkTemplates } from '../packages/core/src/lifecycle/check.ts';
import { openSession } from '../packages/core/src/lifecycle/session.ts';
import { templateFields } from '../packages/core/src/lifecycle/template-fields.ts';
import { PLATFORMS } from '../packages/core/src/model/platform-table.ts';
import { createReport } from '../packages/core/src/report/report.ts';
import { COMMANDS_PAGE, commandsPage } from '../scripts/docs.ts';

const ROOT = join(import.meta.dirname, '..');
const CLI = ['--conditions=source', join(ROOT, 'packages/core/bin/dev.js')];
const PAGES = globSync(['*.md', 'docs/**/*.md', 'examples/*/*.md', 'packages/*/README.md', 'bench/README.md'], { cwd: ROOT }).sort();

interface Block {
  readonly page: string;
  /** Number of the first line of its text. */
  readonly line: number;
  /** What stands behind the fence: `sh runnable`. */
  readonly info: string;
  readonly text: string;
}

function textOf(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

function blocksOf(page: string): readonly Block[] {
  const text = textOf(page);
  return [...text.matchAll(/^```(.+)\n([\s\S]*?)^```$/gm)].map(({ index, 1: info = '', 2: body = '' }) => ({
    page,
    line: text.slice(0, index).split('\n').length + 1,
    info,
    text: body,
  }));
}

const BLOCKS = PAGES.flatMap(blocksOf);

function titleOf({ page, line }: Block): string {
  return `${page}:${line}`;
}

/** What GitHub makes of headings, as far as ours go. */
function anchorsOf(page: string): readonly string[] {
  return [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

/** Links and images to files of the repository, code left out. */
function linksOf(page: string): readonly string[] {
  const prose = textOf(page)
    .replace(/^```[\s\S]*?^```$/gm, '')
    .replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target).filter((target) => !/^[a-z]+:/.test(target));
}

function isBroken(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  return !existsSync(join(ROOT, target)) || (anchor !== undefined && !anchorsOf(target).includes(anchor));
}

/** A fragment needs a name and platforms to be a configuration. */
function completed(text: string): string {
  const missing = { 'name|products': 'name: acme\n', platforms: 'platforms: [linux-amd64, macos-arm64, windows-amd64]\n' };
  const lines = Object.entries(missing).map(([keys, line]) => (new RegExp(`^(${keys}):`, 'm').test(text) ? '' : line));
  return lines.join('') + text;
}

async function check(folder: string): Promise<void> {
  const report = createReport({ mode: 'quiet' });
  const options = { cwd: folder, snapshot: false, filters: { platforms: [], variants: [], formats: [] }, skip: [], only: [] };
  const session = await openSession(options, { report, signal: new AbortController().signal, env: { SOURCE_DATE_EPOCH: '1700000000' } });
  for (const run of session.runs) checkTemplates(run);
  await session.close();
}

/** Every key a schema knows, also in maps and lists of it. */
function keysOf(json: unknown): readonly string[] {
  if (typeof json !== 'object' || json === null) return [];
  const { properties = {} } = json as { readonly properties?: object };
  return [...Object.keys(properties), ...Object.values(json).flatMap(keysOf)];
}

describe('documentation', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'docs-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function environment(): NodeJS.ProcessEnv {
    const bin = join(folder, '.bin');
    mkdirSync(bin, { recursive: true });
    const script = `#!/bin/sh\nshift\nexec '${process.execPath}' '${CLI.join("' '")}' "$@"\n`;
    writeFileSync(join(bin, 'npx'), script, { mode: 0o755 });
    const own = { PROVISIONING_DIST_CACHE: join(folder, '.cache'), GIT_CONFIG_GLOBAL: '/dev/null' };
    return { ...process.env, ...own, PATH: `${bin}${delimiter}${process.env.PATH}` };
  }

  function run(program: string, args: readonly string[], cwd: string = folder): string {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8', env: environment() });
    assert.equal(status, 0, `${program} ${args.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  }

  /** A copy of an example where its imports find our packages. */
  function example(name: string): string {
    const copy = join(folder, name);
    cpSync(join(ROOT, 'examples', name), copy, { recursive: true, filter: (path) => !/(packages|published|\.provisioning-dist)$/.test(path) });
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    return copy;
  }

  for (const page of PAGES) {
    it(`resolves every link of ${page}`, () => {
      assert.deepEqual(
        linksOf(page).filter((link) => isBroken(page, link)),
        [],
      );
    });
  }

  function commitAndTag(): void {
    run('git', ['init', '-q']);
    run('git', ['add', '.']);
    run('git', ['-c', 'user.name=A', '-c', 'user.email=a@acme.example', 'commit', '-qm', 'All']);
    run('git', ['tag', 'v1.0.0']);
  }

  for (const block of BLOCKS.filter(({ info }) => info === 'yaml')) {
    it(`shows a valid configuration at ${titleOf(block)}`, async () => {
      symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
      writeFileSync(join(folder, 'provisioning-dist.yaml'), completed(block.text));
      writeFileSync(join(folder, '.gitignore'), '.bin/\n');
      for (const [, path = ''] of block.text.matchAll(/^ {4}path: (\w+)$/gm)) mkdirSync(join(folder, path));
      commitAndTag();
      await check(folder);
    });
  }

  for (const page of new Set(BLOCKS.filter(({ info }) => info === 'sh runnable').map(({ page }) => page))) {
    it(`runs the commands of ${page}`, () => {
      const blocks = BLOCKS.filter((block) => block.page === page);
      writeFileSync(join(folder, 'provisioning-dist.yaml'), blocks.find(({ info }) => info === 'yaml')?.text ?? '');
      for (const { text } of blocks.filter(({ info }) => info === 'sh runnable')) run('/bin/sh', ['-euc', text]);
      assert.ok(existsSync(join(folder, 'packages/checksums.sha256')));
    });
  }

  it('shows TypeScript that compiles', () => {
    const scratch = mkdtempSync(join(ROOT, 'node_modules/.cache-docs-'));
    try {
      for (const [index, { text }] of BLOCKS.filter(({ info }) => info === 'ts').entries()) writeFileSync(join(scratch, `${index}.ts`), text);
      const compilerOptions = { typeRoots: [join(ROOT, 'node_modules/@types')], tsBuildInfoFile: join(scratch, 'tsbuildinfo') };
      const config = { extends: join(ROOT, 'tsconfig.test.json'), compilerOptions, include: ['*.ts'], exclude: [] };
      writeFileSync(join(scratch, 'tsconfig.json'), JSON.stringify(config));
      run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', scratch]);
    } finally {
      rmSync(scratch, { recursive: true });
    }
  });

  it('shows a format that tar reads', () => {
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const format = BLOCKS.find(({ page, text }) => page === 'docs/plugins.md' && text.includes('plainTar'));
    writeFileSync(join(folder, 'tar.ts'), format?.text ?? '');
    writeFileSync(join(folder, 'hello'), 'hello\n');
    writeFileSync(
      join(folder, 'provisioning-dist.yaml'),
      completed('version: 1.0.0\nplugins: [./tar.ts]\ncontents: [{ from: hello, to: share/ }]\npackages: { tar: { prefix: top/ } }\n'),
    );
    run('npx', ['provisioning-dist', 'package']);
    assert.equal(run('tar', ['-tf', 'packages/acme-1.0.0-linux-amd64.tar']), 'top/share/\ntop/share/hello\n');
  });

  it('has commands as they are (node scripts/docs.ts)', () => {
    assert.equal(readFileSync(COMMANDS_PAGE, 'utf8'), commandsPage());
  });

  it('names every command in the README', () => {
    const missing = [...commandsPage().matchAll(/^## (.+)$/gm)].filter(([, name]) => !textOf('README.md').includes(`\`${name}\``));
    assert.deepEqual(missing, []);
  });

  it('has a page for every archive format', () => {
    const missing = Object.keys(archives.formats ?? {}).filter((key) => !PAGES.includes(`docs/formats/${key}.md`));
    assert.deepEqual(missing, []);
  });

  it('explains every key of the configuration', () => {
    const text = textOf('docs/configuration.md');
    const keys = new Set([...keysOf(z.toJSONSchema(topSchema, { io: 'input', unrepresentable: 'any' })), ...PACKAGE_KEYS, ...PUBLISH_KEYS]);
    assert.deepEqual(
      [...keys].filter((key) => !new RegExp(`\`(paths\\.)?${key.replace('$', '\\$')}\``).test(text)),
      [],
    );
  });

  it('explains every field of templates', () => {
    const release = { product: 'a', name: 'a', version: '1.0.0', snapshot: false, date: 0 };
    const fields = Object.keys(templateFields({ release, platform: undefined, variant: undefined }));
    assert.deepEqual(
      fields.filter((field) => !textOf('docs/configuration.md').includes(`\`{${field}}\``)),
      [],
    );
  });

  it('lists every platform and exit code', () => {
    const text = textOf('docs/configuration.md');
    const words = [...PLATFORMS.map(({ name, rust }) => `| \`${name}\` | \`${rust}\``), ...Object.values(core.EXIT).map((code) => `| ${code} |`)];
    const plain = text.replace(/ +/g, ' ');
    assert.deepEqual(
      words.filter((word) => !plain.includes(word)),
      [],
    );
  });

  it('explains every hook', () => {
    const hooks = [...textOf('packages/core/src/hooks.ts').matchAll(/readonly (\w+): (?:Series|Keyed)Hook</g)].map(([, name]) => name);
    assert.ok(hooks.length > 0);
    assert.deepEqual(
      hooks.filter((name) => !textOf('docs/plugins.md').includes(`| \`${name}\` `)),
      [],
    );
  });

  it('explains every value plugins import', () => {
    const text = textOf('docs/plugins.md');
    assert.deepEqual(
      Object.keys(core).filter((name) => !text.includes(`\`${name}\``)),
      [],
    );
  });

  it('packages and publishes the smallest example', () => {
    const project = example('minimal');
    run('npx', ['provisioning-dist', 'release'], project);
    run('tar', ['-xzf', 'packages/greet-1.0.0-linux-amd64.tar.gz'], project);
    assert.equal(run('greet-1.0.0-linux-amd64/bin/greet', ['you'], project), 'Hello, you\n');
    assert.equal(JSON.parse(readFileSync(join(project, 'published/greet/latest.json'), 'utf8')).version, '1.0.0');
  });

  it('packages and publishes with the example plugin, twice', () => {
    const project = example('plugin-hello');
    run('npx', ['provisioning-dist', 'release'], project);
    run('npx', ['provisioning-dist', 'release'], project);
    const links = [...readFileSync(join(project, 'published/index.html'), 'utf8').matchAll(/href="([^"]+)"/g)].map(([, link = '']) => link);
    const files = globSync('**', { cwd: join(project, 'published/1.0.0') }).filter((path) => path !== '.');
    assert.deepEqual(links, files.map((file) => `1.0.0/${file}`).sort());
    assert.equal(links.length, 4);
  });
});
