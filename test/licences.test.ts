import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { thirdParty } from '../scripts/notices.ts';
import { ROOT } from './imports.ts';

const PACKAGES = readdirSync(join(ROOT, 'packages')).sort();

function shipped(name: string): string | undefined {
  const file = join(ROOT, 'packages', name, 'dist/THIRD-PARTY.txt');
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** What a package bundles on purpose: its development dependencies; ours for work on everything are at the root. */
function bundledBy(name: string): readonly string[] {
  const { devDependencies = {} } = JSON.parse(readFileSync(join(ROOT, 'packages', name, 'package.json'), 'utf8'));
  return Object.keys(devDependencies).filter((library) => !library.startsWith('@types/'));
}

function isNamed(library: string, text: string): boolean {
  return text.split('\n').some((line) => line.startsWith(`${library} `) && line.endsWith(')'));
}

describe('licences of bundled libraries', () => {
  it('come with every package that bundles', () => {
    const missing = PACKAGES.flatMap((name) => bundledBy(name).filter((library) => !isNamed(library, shipped(name) ?? '')));
    assert.deepEqual(missing, []);
  });

  it('come with no other package', () => {
    assert.deepEqual(
      PACKAGES.filter((name) => shipped(name) !== undefined),
      ['core', 'plugin-notify', 'plugin-npm', 'plugin-registry', 'plugin-sign', 'storage'],
    );
  });

  it('are there in full', () => {
    const apache = readFileSync(join(ROOT, 'node_modules/@sigstore/bundle/LICENSE'), 'utf8').trim();
    assert.match(shipped('core') ?? '', /^semver [\d.]+ \(ISC\)\n\nThe ISC License\n\nCopyright \(c\) Isaac Z\. Schlueter and Contributors\n/m);
    assert.ok(shipped('plugin-sign')?.includes(apache));
  });

  it('name the author of @sigstore/verify', () => {
    assert.match(shipped('plugin-sign') ?? '', /^@sigstore\/verify [\d.]+ \(Apache-2\.0\)\n\nCopyright \(c\) \S+ Licensed under Apache-2\.0 /m);
  });

  it('include libraries of libraries', () => {
    assert.ok(isNamed('@sigstore/core', shipped('plugin-sign') ?? ''));
  });

  it('leave out what is installed beside', () => {
    assert.deepEqual([isNamed('openpgp', shipped('plugin-sign') ?? ''), isNamed('undici', shipped('core') ?? '')], [false, false]);
  });
});

describe('notices', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'notices-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function install(path: string, manifest: object, files: Readonly<Record<string, string>> = {}): void {
    for (const [name, text] of Object.entries({ ...files, 'package.json': JSON.stringify(manifest) })) {
      const file = join(folder, 'node_modules', path, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }

  function notices(...files: readonly string[]): string | undefined {
    return thirdParty(metafile(Object.fromEntries(files.map((file) => [file, 1]))), folder);
  }

  function metafile(bytes: Readonly<Record<string, number>>): Parameters<typeof thirdParty>[0] {
    const inputs = Object.fromEntries(Object.entries(bytes).map(([file, bytesInOutput]) => [file, { bytesInOutput }]));
    return { outputs: { 'dist/index.js': { bytes: 1, inputs, imports: [], exports: [] } } };
  }

  it('list libraries once, by name', () => {
    install('b', { name: 'b', version: '2.0.0', license: 'MIT' }, { 'LICENSE.md': 'Text of b\r\nSecond line\r\n', 'licenses.js': 'code' });
    install('@a/c', { name: '@a/c', version: '1.0.0', license: 'Apache-2.0' }, { NOTICE: 'Notice of c', COPYING: 'Text of c' });
    const rule = '='.repeat(80);
    assert.equal(
      notices('src/index.ts', 'node_modules/b/index.js', 'node_modules/b/lib/more.js', 'node_modules/@a/c/index.js', 'lazy:crypto'),
      `This package contains the following libraries.

${rule}
@a/c 1.0.0 (Apache-2.0)

Text of c

Notice of c

${rule}
b 2.0.0 (MIT)

Text of b
Second line
`,
    );
  });

  it('keep both versions of a library', () => {
    install('b', { name: 'b', version: '2.0.0', license: 'MIT' }, { LICENSE: 'Text' });
    install('c/node_modules/b', { name: 'b', version: '1.0.0', license: 'ISC' }, { LICENCE: 'Text' });
    const text = notices('node_modules/b/index.js', 'node_modules/c/node_modules/b/index.js');
    assert.deepEqual(text?.match(/^b .*$/gm), ['b 1.0.0 (ISC)', 'b 2.0.0 (MIT)']);
  });

  it('are none for our own code', () => {
    assert.equal(notices('src/index.ts'), undefined);
  });

  it('leave out what was shaken off', () => {
    assert.equal(thirdParty(metafile({ 'node_modules/b/index.js': 0 }), folder), undefined);
  });

  it('name the author without a text', () => {
    install('b', { name: 'b', version: '2.0.0', license: 'MIT', author: { name: 'Ada' } });
    assert.match(notices('node_modules/b/index.js') ?? '', /^Copyright \(c\) Ada\. Licensed under MIT /m);
  });

  it('refuse neither text nor author', () => {
    install('b', { name: 'b', version: '2.0.0', license: 'MIT' });
    assert.throws(() => notices('node_modules/b/index.js'), { message: 'Cannot bundle "b@2.0.0": it has neither a licence text nor an author' });
  });

  for (const license of ['GPL-3.0-only', 'MIT AND GPL-2.0-only', 'SEE LICENSE IN x', undefined]) {
    it(`refuse the licence ${license}`, () => {
      install('b', { name: 'b', version: '2.0.0', license }, { LICENSE: 'Text' });
      assert.throws(() => notices('node_modules/b/index.js'), /^Error: Cannot bundle "b@2\.0\.0": its licence "[^"]+" is not one of MIT, /);
    });
  }

  for (const manifest of [{ license: '(BSD-3-Clause OR GPL-2.0)' }, { license: 'MIT AND ISC' }, { licenses: [{ type: 'MIT' }] }]) {
    it(`accept ${JSON.stringify(manifest)}`, () => {
      install('b', { name: 'b', version: '2.0.0', ...manifest }, { LICENSE: 'Text' });
      assert.match(notices('node_modules/b/index.js') ?? '', /^b 2\.0\.0 \(/m);
    });
  }
});
