import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT } from '../../src/errors.ts';
import { load, loadYaml, only, places, problems, project, removeProjects, yamlProject } from './project.ts';

after(removeProjects);

const YAML = 'name: acme\nplatforms: [linux-amd64]\n';
const JSON_TEXT = '{ "name": "acme", "platforms": ["linux-amd64"] }';
const MODULE = "export default { name: 'acme', platforms: ['linux-amd64'] };\n";

describe('loadConfig finds', () => {
  const forms: readonly (readonly [string, string])[] = [
    ['provisioning-dist.yaml', YAML],
    ['provisioning-dist.yml', YAML],
    ['provisioning-dist.json', JSON_TEXT],
    ['provisioning-dist.config.yaml', YAML],
    ['provisioning-dist.config.ts', "const name: string = 'acme';\nexport default { name, platforms: ['linux-amd64'] };\n"],
    ['provisioning-dist.config.js', 'module.exports = { name: "acme", platforms: ["linux-amd64"] };\n'],
    ['provisioning-dist.config.mjs', MODULE],
    ['provisioning-dist.config.cjs', 'module.exports = { name: "acme", platforms: ["linux-amd64"] };\n'],
    ['.provisioning-distrc', YAML],
    ['.provisioning-distrc.json', JSON_TEXT],
    ['package.json', `{\n\t"name": "other",\n\t"provisioning-dist": ${JSON_TEXT}\n}\n`],
  ];
  for (const [file, text] of forms) {
    it(file, async () => {
      const folder = project({ [file]: text });
      const config = await load(folder);
      assert.equal(config.file, join(folder, file));
      assert.equal(only(config.products).name, 'acme');
    });
  }

  it('a file further up, to the repository', async () => {
    const folder = project({ 'provisioning-dist.yaml': YAML, 'a/b/c.txt': '' });
    assert.equal((await load(join(folder, 'a/b'))).file, join(folder, 'provisioning-dist.yaml'));
  });

  it('nothing above the repository', async () => {
    const folder = project({ 'provisioning-dist.yaml': YAML, 'inner/.git/HEAD': '' });
    assert.deepEqual(await places(() => load(join(folder, 'inner'))), ['config-not-found']);
  });

  it('the file named by --config', async () => {
    const folder = project({ 'provisioning-dist.yaml': YAML, 'other.yaml': 'name: other\nplatforms: [linux-amd64]' });
    assert.equal(only((await load(folder, { file: 'other.yaml' })).products).name, 'other');
  });

  it('the caller of an exported function', async () => {
    const folder = project({
      'provisioning-dist.config.mjs': "export default async ({ env }) => ({ name: env.NAME, platforms: ['linux-amd64'] });\n",
    });
    assert.equal(only((await load(folder, { env: { NAME: 'given' } })).products).name, 'given');
  });

  it('package.json only by its own key', async () => {
    const folder = project({ 'package.json': '{ "devDependencies": { "provisioning-dist": "1" } }' });
    assert.deepEqual(await places(() => load(folder)), ['config-not-found']);
  });
});

describe('loadConfig refuses', () => {
  it('a missing configuration, with a hint', async () => {
    const [problem] = await problems(() => load(project({})));
    assert.equal(problem?.exit, EXIT.usage);
    assert.match(problem?.hint ?? '', /provisioning-dist\.yaml/);
  });

  it('a missing --config file', async () => {
    const [problem] = await problems(() => load(project({}), { file: 'gone.yaml' }));
    assert.equal(problem?.code, 'config-unreadable');
    assert.match(problem?.message ?? '', /"gone.yaml": no such file$/);
  });

  it('a directory by that name', async () => {
    const folder = project({});
    mkdirSync(join(folder, 'provisioning-dist.yaml'));
    assert.deepEqual(await places(() => load(folder)), ['config-unreadable provisioning-dist.yaml']);
  });

  it('a dangling or circular link', async () => {
    const folder = project({});
    symlinkSync('loop.yaml', join(folder, 'loop.yaml'));
    symlinkSync('gone', join(folder, 'dangling.yaml'));
    assert.match((await problems(() => load(folder, { file: 'loop.yaml' })))[0]?.message ?? '', /links lead in a circle$/);
    assert.match((await problems(() => load(folder, { file: 'dangling.yaml' })))[0]?.message ?? '', /no such file$/);
  });

  it('two files side by side', async () => {
    const folder = project({ 'provisioning-dist.yaml': YAML, 'provisioning-dist.config.mjs': MODULE });
    assert.deepEqual(
      (await problems(() => load(folder))).map(({ code }) => code),
      ['config-ambiguous'],
    );
  });

  it('an empty file', async () => {
    assert.deepEqual(await places(() => load(project({ 'provisioning-dist.yaml': '' }))), ['config-empty provisioning-dist.yaml']);
  });

  it('a file of comments only', async () => {
    assert.deepEqual(await places(() => load(project({ 'provisioning-dist.yaml': '# soon\n' }))), ['config-empty provisioning-dist.yaml']);
  });

  it('a list at the top', async () => {
    assert.deepEqual(await places(() => load(project({ 'provisioning-dist.yaml': '- a\n' }))), [
      'config-type provisioning-dist.yaml:1:1 the configuration',
    ]);
  });

  it('a file type nobody knows', async () => {
    assert.deepEqual(await places(() => load(project({ 'a.toml': '' }), { file: 'a.toml' })), ['config-unreadable a.toml']);
  });

  it('a broken package.json, at its line', async () => {
    const folder = project({ 'package.json': '{\n  "provisioning-dist": {,}\n}' });
    assert.deepEqual(await places(() => load(folder)), ['config-syntax package.json:2:25']);
  });

  it('a package.json with only a foreign key by --config', async () => {
    const folder = project({ 'package.json': '{}' });
    assert.deepEqual(await places(() => load(folder, { file: 'package.json' })), ['config-unreadable package.json']);
  });
});

describe('loadConfig of a module refuses', () => {
  const refused: readonly (readonly [string, string, string])[] = [
    ['a thrown error, at its line', '\nthrow new Error("no");\n', 'config-module provisioning-dist.config.mjs:2:7'],
    ['a syntax error', 'export default {{};', 'config-module provisioning-dist.config.mjs'],
    ['a function that throws', 'export default () => {\n  throw new Error("no");\n};', 'config-module provisioning-dist.config.mjs:2:9'],
    ['no default export', 'export const name = 1;', 'config-not-data provisioning-dist.config.mjs default'],
    ['a function as a value', 'export default { name: () => 1 };', 'config-not-data provisioning-dist.config.mjs name'],
    ['a date', 'export default { version: new Date() };', 'config-not-data provisioning-dist.config.mjs version'],
    ['NaN', 'export default { contents: [{ mode: NaN }] };', 'config-not-data provisioning-dist.config.mjs contents[0].mode'],
    ['a cycle', 'const a = {}; a.a = a; export default a;', `config-depth provisioning-dist.config.mjs ${Array(101).fill('a').join('.')}`],
    ['__proto__', 'export default JSON.parse(\'{"__proto__": {}}\');', 'config-key provisioning-dist.config.mjs __proto__'],
  ];
  for (const [what, text, expected] of refused) {
    it(what, async () => {
      assert.deepEqual(await places(() => load(project({ 'provisioning-dist.config.mjs': text }))), [expected]);
    });
  }

  it('names keys where there are no lines', async () => {
    const folder = project({
      'provisioning-dist.config.mjs': "export default { name: 'a', platforms: ['x'], packages: { deb: { varints: [] }, rpm: { arch: 1 } } };",
    });
    assert.deepEqual(await places(() => load(folder)), ['config-type provisioning-dist.config.mjs packages.rpm.arch']);
  });
});

describe('loadConfig checks', () => {
  it('all sections, and reports everything together in order', async () => {
    const text = [
      'vendor: [x]',
      'nmae: b',
      'contents:',
      '  - { from: a, to: b, rol: doc }',
      '  - { from: a, to: b, role: docs }',
      'packages:',
      '  deb: { arch: amd64 }',
      '',
    ];
    assert.deepEqual(await places(() => loadYaml(text.join('\n'))), [
      'config-type provisioning-dist.yaml:3:1 vendor',
      'config-unknown-key provisioning-dist.yaml:4:1 nmae',
      'config-unknown-key provisioning-dist.yaml:6:23 contents[0].rol',
      'config-value provisioning-dist.yaml:7:29 contents[1].role',
      'config-value provisioning-dist.yaml:9:16 packages.deb.arch',
    ]);
  });

  it('unknown keys, with the one that was meant', async () => {
    const [problem] = await problems(() => loadYaml('descripton: x'));
    assert.equal(problem?.hint, 'did you mean "description"?');
    assert.equal(problem?.exit, EXIT.usage);
  });

  it('unknown roles, with the one that was meant', async () => {
    const [problem] = await problems(() => loadYaml('contents: [{ from: a, to: b, role: binry }]'));
    assert.equal(problem?.hint, 'did you mean "binary"?');
  });

  it('sections of later versions as unknown', async () => {
    assert.deepEqual(await places(() => loadYaml('installers: {}')), ['config-unknown-key provisioning-dist.yaml:3:1 installers']);
  });

  it('numbers where text belongs, with what to quote', async () => {
    const [problem] = await problems(() => loadYaml('version: 1.10'));
    assert.equal(problem?.message, 'Cannot use "version": expected text, found the number 1.10');
    assert.equal(problem?.hint, 'put it in quotes: "1.10"');
  });

  it('a missing name', async () => {
    assert.deepEqual(await places(() => load(project({ 'provisioning-dist.yaml': 'platforms: [linux-amd64]' }))), [
      'config-missing-key provisioning-dist.yaml:1:1 name',
    ]);
  });

  it('missing platforms', async () => {
    assert.deepEqual(await places(() => load(project({ 'provisioning-dist.yaml': 'name: a' }))), [
      'config-missing-key provisioning-dist.yaml:1:1 platforms',
    ]);
  });

  it('no platforms when every package is for all', async () => {
    const config = await load(project({ 'provisioning-dist.yaml': 'name: a\npackages: { deb: { arch: all } }' }));
    assert.deepEqual(only(config.products).platforms, []);
  });

  it('values with terminal escapes without printing them', async () => {
    const [problem] = await problems(() => loadYaml('name2: 1\n"\\e[31mx": 1'));
    const [, second] = await problems(() => loadYaml('name2: 1\n"\\e[31mx": 1'));
    assert.equal(problem?.where?.subject, 'name2');
    assert.equal(second?.message.includes('\u001b'), false);
    assert.equal(second?.where?.subject?.includes('\u001b'), false);
  });

  it('versions that are not semantic', async () => {
    for (const version of ['v1.2.3', '"1.2"', '"1.2.3 "', 'latest', '=1.2.3', '01.2.3']) {
      assert.deepEqual(await places(() => loadYaml(`version: ${version}`)), ['config-value provisioning-dist.yaml:3:10 version']);
    }
  });

  it('names that cannot be file names', async () => {
    for (const name of ['""', '../x', 'a b', '.hidden', '-x', 'a/b', '"a\\nb"']) {
      const folder = project({ 'provisioning-dist.yaml': `name: ${name}\nplatforms: [linux-amd64]` });
      assert.deepEqual(await places(() => load(folder)), ['config-value provisioning-dist.yaml:1:7 name']);
    }
  });

  it('line breaks in what becomes a header', async () => {
    assert.deepEqual(await places(() => loadYaml('maintainer: "a\\nDepends: evil"')), ['config-value provisioning-dist.yaml:3:13 maintainer']);
  });

  it('a homepage that is no web address', async () => {
    for (const url of ['example.org', '"javascript:alert(1)"', 'file:///etc/passwd']) {
      assert.deepEqual(await places(() => loadYaml(`homepage: ${url}`)), ['config-value provisioning-dist.yaml:3:11 homepage']);
    }
  });

  it('plugins named twice or by URL', async () => {
    assert.deepEqual(await places(() => loadYaml('plugins: [a, a, "https://x.test/p.js"]')), [
      'config-plugins provisioning-dist.yaml:3:14 plugins[1]',
      'config-value provisioning-dist.yaml:3:17 plugins[2]',
    ]);
  });

  it('one folder for two outputs', async () => {
    assert.deepEqual(await places(() => loadYaml('paths: { packages: out, dist: ./out }')), ['config-paths provisioning-dist.yaml:3:1 paths']);
  });

  it('the project as an output folder', async () => {
    assert.deepEqual(await places(() => loadYaml('paths: { packages: . }')), ['config-paths provisioning-dist.yaml:3:1 paths']);
  });
});

describe('loadConfig refuses credentials in URLs', () => {
  const refused = [
    'https://user:pw@x.test/',
    'https://token@x.test',
    'see https://a.test and http://u:p@b.test',
    's3://k:s@bucket',
    'ssh://git:pw@x.test',
  ];
  for (const url of refused) {
    it(url, async () => {
      const found = await problems(() => loadYaml(`publish: { local: { url: "${url}" } }`));
      assert.deepEqual(
        found.map(({ code, where }) => `${code} ${where?.subject}`),
        ['config-url-userinfo publish.local.url'],
      );
      assert.equal(JSON.stringify(found.map(({ message, hint }) => [message, hint])).includes('@'), false);
    });
  }

  const accepted = [
    'https://x.test/@scope/name',
    'https://x.test/?mail=a@b.test',
    'ssh://git@x.test/r.git',
    'sftp://deploy@x.test',
    'write to a@b.test or https://x.test',
  ];
  for (const url of accepted) {
    it(`but not ${url}`, async () => {
      assert.deepEqual(only((await loadYaml(`publish: { local: { url: "${url}" } }`)).publish).options, { url });
    });
  }

  it('also in keys', async () => {
    assert.deepEqual(
      (await problems(() => loadYaml('publish: { local: { "https://u:p@x.test": 1 } }'))).map(({ code }) => code),
      ['config-url-userinfo'],
    );
  });
});

describe('loadConfig gives', () => {
  it('defaults for what is absent', async () => {
    const folder = yamlProject('');
    const product = only((await load(folder)).products);
    assert.deepEqual(product, {
      product: 'acme',
      name: 'acme',
      version: 'git',
      tagPrefix: '',
      root: folder,
      platforms: ['linux-amd64'],
      variants: new Map(),
      build: [],
      contents: [],
      packages: [],
      publish: [],
      sign: [],
      validate: [],
      notify: [],
      services: [],
      hooks: {},
      paths: { packages: join(folder, 'packages'), dist: join(folder, 'dist'), state: join(folder, '.provisioning-dist') },
    });
  });

  it('file names relative to the working directory', async () => {
    const folder = project({ 'provisioning-dist.yaml': 'nam: x', 'sub/x': '' });
    const [problem] = await problems(() => load(join(folder, 'sub')));
    assert.equal(problem?.where?.file, join('..', 'provisioning-dist.yaml'));
  });

  it('plugins with their places', async () => {
    const { plugins } = await load(yamlProject('plugins: ["@acme/one"]'));
    assert.deepEqual(plugins, [{ name: '@acme/one', at: { file: 'provisioning-dist.yaml', line: 3, column: 11, key: 'plugins[0]' } }]);
  });
});
