import assert from 'node:assert/strict';
import { parseJson, parseYaml } from '../../src/config/parse-yaml.ts';
import { plain, positionAt } from '../../src/config/position.ts';
import { load, places, problems, project, removeProjects } from './project.ts';

after(removeProjects);

function read(text: string): unknown {
  return plain(parseYaml(text, 'a.yaml'));
}

/** Ten levels of nine references each: 3.4 billion values when expanded. */
const BOMB = [
  'a0: &a0 [x]',
  ...Array.from({ length: 10 }, (_, level) => `a${level + 1}: &a${level + 1} [${Array(9).fill(`*a${level}`).join(', ')}]`),
].join('\n');

describe('parseYaml', () => {
  it('reads YAML 1.2 values', () => {
    assert.deepEqual(read('a: yes\nb: 0o755\nc: 2024-01-01\nd: ~\ne: "1"\n8: 1.50'), { a: 'yes', b: 493, c: '2024-01-01', d: null, e: '1', 8: 1.5 });
  });

  it('keeps the place and the key of every value', () => {
    const tree = parseYaml('packages:\n  tar.gz:\n    list:\n      - a\n      - b: 1\n', 'a.yaml');
    assert.deepEqual(positionAt(tree, ['packages', 'tar.gz', 'list', 1, 'b']), {
      file: 'a.yaml',
      line: 5,
      column: 12,
      key: "packages['tar.gz'].list[1].b",
    });
  });

  it('expands aliases', () => {
    assert.deepEqual(read('a: &x { b: [1] }\nc: *x\nd: [*x]'), { a: { b: [1] }, c: { b: [1] }, d: [{ b: [1] }] });
  });

  it('gives an alias the place where it is used', async () => {
    const folder = project({
      'provisioning-dist.yaml': 'name: a\nplatforms: [linux-amd64]\ncontents:\n  - &x { from: a, to: b, rol: doc }\n  - *x\n',
    });
    assert.deepEqual(await places(() => load(folder)), [
      'config-unknown-key provisioning-dist.yaml:4:26 contents[0].rol',
      'config-unknown-key provisioning-dist.yaml:4:26 contents[1].rol',
    ]);
  });

  const refused: readonly (readonly [string, string, readonly string[]])[] = [
    ['duplicate keys, each', 'name: a\nb: { c: 1, c: 2 }\nname: b', ['config-duplicate-key a.yaml:2:12 b.c', 'config-duplicate-key a.yaml:3:1 name']],
    ['a key that differs in quotes only', 'a: 1\n"a": 2', ['config-duplicate-key a.yaml:2:1 a']],
    ['an alias bomb', BOMB, ['config-alias-limit a.yaml:3:10 a3[0][0]']],
    ['an anchor inside itself', 'a: &a [*a]', [`config-depth a.yaml:1:7 a${'[0]'.repeat(50)}`]],
    ['an alias without an anchor', 'a: *b', ['config-alias a.yaml:1:4 a']],
    ['merge keys', 'a: &x { b: 1 }\nc:\n  <<: *x', ["config-merge-key a.yaml:3:3 c['<<']"]],
    ['several documents', 'a: 1\n---\nb: 2', ['config-documents a.yaml:2:1']],
    ['tabs as indentation', 'a:\n\tb: 1', ['config-syntax a.yaml:2:1']],
    ['an unclosed quote', 'a: "b\n', ['config-syntax a.yaml:2:1']],
    ['unknown tags', 'a: !!js/function "x"', ['config-syntax a.yaml:1:4']],
    ['YAML 1.1', '%YAML 1.1\n---\na: yes', ['config-yaml-version a.yaml:1']],
    ['__proto__', 'a: { __proto__: { x: 1 } }', ['config-key a.yaml:1:6 a.__proto__']],
    ['a key that is no text', '? [a]\n: 1', ['config-syntax a.yaml:1:3']],
    ['a key that is nothing', '~: 1', ['config-syntax a.yaml:1:1']],
    ['an empty document', '---\n', ['config-empty a.yaml']],
  ];
  for (const [what, text, expected] of refused) {
    it(`refuses ${what}`, async () => assert.deepEqual(await places(() => parseYaml(text, 'a.yaml')), expected));
  }

  it('says on which line a key stood first', async () => {
    const [problem] = await problems(() => parseYaml('a: 1\nb: 2\na: 3', 'a.yaml'));
    assert.equal(problem?.message, 'Cannot use key "a" twice: it is already written on line 1');
  });

  it('refuses depth from 101 on', async () => {
    assert.doesNotThrow(() => parseYaml(`a: ${'['.repeat(99)}${']'.repeat(99)}`, 'a.yaml'));
    assert.match((await places(() => parseYaml(`a: ${'['.repeat(101)}${']'.repeat(101)}`, 'a.yaml'))).join(), /^config-depth a.yaml:1:104/);
  });

  it('refuses depth that exhausts the parser', async () => {
    for (const unit of ['[', '{a: ', '- ', '? ']) {
      const text = unit.repeat(Math.floor(2 ** 20 / unit.length) - 1);
      assert.match((await places(() => parseYaml(text, 'a.yaml'))).join(), /^config-depth a.yaml:1:\d+$/);
    }
  });

  it('counts no brackets inside texts', () => {
    const text = `a: "${'['.repeat(200)}"\nb: '${'{'.repeat(200)}'\nc: ${'x['.repeat(200)}\n# ${'['.repeat(200)}`;
    assert.equal(parseYaml(text, 'a.yaml').kind, 'map');
  });

  it('refuses more than 100000 values', async () => {
    assert.match((await places(() => parseYaml(`[${'1,'.repeat(100_001)}]`, 'a.yaml'))).join(), /^config-too-large/);
  });

  it('compares many keys in linear time', () => {
    const text = Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`).join('\n');
    const started = performance.now();
    parseYaml(text, 'a.yaml');
    assert.ok(performance.now() - started < 10_000);
  });
});

describe('parseJson', () => {
  it('reads tabs, escapes and surrogates', () => {
    const tree = parseJson('{\n\t"a": {\n\t\t"b": "\\ud83d\\ude00\\/\\u00e9"\n\t}\n}', 'a.json');
    assert.deepEqual(tree && plain(tree), { a: { b: '😀/é' } });
  });

  const refused: readonly (readonly [string, string, readonly string[]])[] = [
    ['a bare word', '{\n  "a": [true, yes]\n}', ['config-syntax a.json:2:15']],
    ['what follows the value', '{}\n{}', ['config-syntax a.json:2:1']],
    ['a raw line break in a string', '{ "a": "b\nc" }', ['config-syntax a.json:1:8']],
    ['comments', '{\n  // no\n  "a": 1\n}', ['config-syntax a.json:2:3']],
    ['trailing commas', '{\n  "a": [1,]\n}', ['config-syntax a.json:2:11']],
    ['YAML', 'a: 1', ['config-syntax a.json:1:1']],
    ['an unfinished text', '{ "a":', ['config-syntax a.json:1:7']],
    ['duplicate keys', '{\n  "a": 1,\n  "a": 2\n}', ['config-duplicate-key a.json:3:3 a']],
    ['nothing', ' \n', ['config-empty a.json']],
  ];
  for (const [what, text, expected] of refused) {
    it(`refuses ${what}`, async () => assert.deepEqual(await places(() => parseJson(text, 'a.json')), expected));
  }
});

describe('the text of a configuration', () => {
  async function refusal(content: string | Uint8Array): Promise<readonly string[]> {
    return places(() => load(project({ 'provisioning-dist.yaml': content })));
  }

  it('may begin with a byte order mark', async () => {
    const { products } = await load(project({ 'provisioning-dist.yaml': '\ufeffname: a\nplatforms: [linux-amd64]' }));
    assert.equal(products[0]?.name, 'a');
  });

  it('is not UTF-16', async () => {
    assert.deepEqual(await refusal(Buffer.from('\ufeffname: a', 'utf16le')), ['config-encoding provisioning-dist.yaml:1']);
  });

  it('is UTF-8, or the line is named', async () => {
    assert.deepEqual(await refusal(Buffer.from('name: a\nvendor: Caf\xe9\n', 'latin1')), ['config-encoding provisioning-dist.yaml:2']);
  });

  it('holds no control characters', async () => {
    assert.deepEqual(await refusal('name: a\nvendor: x\u001b[31m'), ['config-syntax provisioning-dist.yaml:2:10']);
    assert.deepEqual(await refusal('name: a\0'), ['config-syntax provisioning-dist.yaml:1:8']);
  });

  it('is at most 1 MiB', async () => {
    assert.deepEqual(await refusal(`name: a\n#${'x'.repeat(1024 * 1024)}`), ['config-too-large provisioning-dist.yaml']);
  });
});
