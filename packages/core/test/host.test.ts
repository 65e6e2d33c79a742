import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { LoadedConfig } from '../src/config/config.ts';
import { groupOf, type Host, openHost, type UsedKey, usedKeys } from '../src/host.ts';

const AT = { file: 'dist.yaml', line: 3, column: 5, key: 'packages.x' };
const PLUGIN_AT = { file: 'dist.yaml', line: 1, column: 12, key: 'plugins[0]' };
const PLUGIN = { file: 'dist.yaml', line: 1, column: 12, subject: 'plugins[0]' };

const FORMAT = '{ scope: "cell", group: "archive", kind: "archive", ext: "x", options: ({ z }) => z.object({}), write: () => [] }';

describe('the host', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'host-'));
  });

  afterEach(() => rmSync(root, { recursive: true }));

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }

  /** An installed package that leaves a file behind when it is imported. */
  function install(name: string, provides: object, body: string): void {
    const imported = `import { writeFileSync } from 'node:fs';\nwriteFileSync(new URL('imported', import.meta.url), '');\n`;
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.2.3', type: 'module', exports: './index.js', ...provides }));
    write(`node_modules/${name}/index.js`, imported + body);
  }

  function isImported(name: string): boolean {
    return existsSync(join(root, 'node_modules', name, 'imported'));
  }

  function open(plugins: readonly string[], used: readonly UsedKey[] = []): Promise<Host> {
    const config: LoadedConfig = {
      file: join(root, 'dist.yaml'),
      plugins: plugins.map((name) => ({ name, at: PLUGIN_AT })),
      products: [],
      secrets: [],
    };
    return openHost(config, usedKeys(config, used));
  }

  function format(key: string): UsedKey {
    return { section: 'formats', key, at: AT };
  }

  it('loads bundled plugins whose keys are used', async () => {
    const host = await open([], [format('tar.gz')]);
    assert.equal(host.formats.get('tar.gz')?.plugin, 'archive');
    assert.deepEqual([...host.builders.keys(), ...host.registries.keys()], []);
  });

  it('loads bundled plugins whose groups are used', async () => {
    const host = await open([], [format('archive')]);
    assert.deepEqual(
      ['linux', 'macos', 'windows', 'freebsd'].map(
        (os) => groupOf(host, 'archive').find(({ definition }) => definition.defaultFor?.includes(os as 'linux'))?.key,
      ),
      ['tar.gz', 'tar.gz', 'zip', 'tar.xz'],
    );
  });

  it('suggests the key that was meant', async () => {
    await assert.rejects(open([], [format('tar.gx')]), {
      code: 'unknown-plugin-key',
      exit: 2,
      where: { file: 'dist.yaml', line: 3, column: 5, subject: 'packages.x' },
      hint: 'did you mean "tar.gz"?',
    });
  });

  it('says how to add what nobody provides', async () => {
    await assert.rejects(open([], [{ section: 'registries', key: 'artifactory', at: AT }]), {
      message: /Cannot use registry "artifactory": no plugin provides it; there are /,
      hint: /plugins:/,
    });
  });

  it('names our package that is not installed', async () => {
    await assert.rejects(open([], [{ section: 'keys', key: 'gpg', at: AT }]), {
      hint: /^npm install @provisioning-dist\/plugin-sign, and name it under "plugins:"$/,
    });
  });

  it('does not import what is installed and not named', async () => {
    install('acme-plugin', { provisioningDist: { apiVersion: 1, formats: ['acme'] } }, `export default { name: 'acme', apiVersion: 1 };`);
    await assert.rejects(open([], [format('acme')]), { code: 'unknown-plugin-key' });
    assert.ok(!isImported('acme-plugin'));
  });

  it('loads a package beside the configuration', async () => {
    install('acme-plugin', {}, `export default { name: 'acme', apiVersion: 1, formats: { acme: ${FORMAT} } };`);
    const { key, plugin, version } = (await open(['acme-plugin'], [format('acme')])).formats.get('acme') ?? {};
    assert.deepEqual({ key, plugin, version }, { key: 'acme', plugin: 'acme', version: '1.2.3' });
  });

  it('loads a file of the project', async () => {
    write('tools/mine.mjs', `export default { name: 'mine', apiVersion: 1, formats: { mine: ${FORMAT} } };`);
    assert.ok((await open(['./tools/mine.mjs'], [format('mine')])).formats.has('mine'));
  });

  it('names the line of a plugin that is not installed', async () => {
    await assert.rejects(open(['@acme/missing']), {
      code: 'plugin-not-found',
      exit: 2,
      where: PLUGIN,
      hint: /npm install --save-dev @acme\/missing/,
    });
  });

  it('refuses another API without importing it', async () => {
    install('acme-plugin', { provisioningDist: { apiVersion: 2 } }, `throw new Error('needs another host');`);
    await assert.rejects(open(['acme-plugin']), {
      code: 'plugin-api-version',
      message: 'Cannot load plugin "acme-plugin": it is made for plugin API 2, this is 1',
      hint: 'update provisioning-dist',
      where: PLUGIN,
    });
    assert.ok(!isImported('acme-plugin'));
  });

  for (const [what, body, code, says] of [
    ['throws when imported', `throw new TypeError('half installed')`, 'plugin-broken', /half installed/],
    ['does not parse', 'export default {', 'plugin-broken', /Unexpected/],
    ['exports nothing', 'export const a = 1', 'plugin-shape', /its default export is not a plugin/],
    ['is made for another API', `export default { name: 'a', apiVersion: 0 }`, 'plugin-api-version', /API 0, this is 1/],
    ['says no API', `export default { name: 'a' }`, 'plugin-api-version', /API undefined/],
    [
      'has a format without options',
      `export default { name: 'a', apiVersion: 1, formats: { f: { write() {} } } }`,
      'plugin-shape',
      /formats "f" has no function "options"/,
    ],
    [
      'has a format that makes nothing',
      `export default { name: 'a', apiVersion: 1, formats: { f: { options() {} } } }`,
      'plugin-shape',
      /one of "write" and "layout"/,
    ],
    ['has a builder that is null', `export default { name: 'a', apiVersion: 1, builders: { b: null } }`, 'plugin-shape', /builders "b"/],
    ['fails to set up', `export default { name: 'a', apiVersion: 1, setup() { throw new Error('no room') } }`, 'plugin-broken', /no room/],
    [
      'taps a key nobody provides',
      `export default { name: 'a', apiVersion: 1, setup({ hooks }) { hooks.package.tap('x', { name: 'a' }, () => {}) } }`,
      'unknown-hook-key',
      /"x"/,
    ],
  ] as const) {
    it(`refuses a plugin that ${what}`, async () => {
      write('plugin.mjs', body);
      await assert.rejects(open(['./plugin.mjs']), (error: Error & { code?: string; where?: object }) => {
        assert.equal(error.code, code);
        assert.match(error.message, says);
        assert.deepEqual(error.where, code === 'unknown-hook-key' ? undefined : PLUGIN);
        return true;
      });
    });
  }

  it('refuses a package.json that is no JSON', async () => {
    write('node_modules/acme-plugin/package.json', '{');
    write('node_modules/acme-plugin/index.js', '');
    await assert.rejects(open(['acme-plugin']), { exit: 2, where: PLUGIN });
  });

  it('refuses two plugins that provide one key', async () => {
    for (const name of ['one', 'two']) write(`${name}.mjs`, `export default { name: '${name}', apiVersion: 1, formats: { same: ${FORMAT} } };`);
    await assert.rejects(open(['./one.mjs', './two.mjs']), {
      code: 'provided-twice',
      message: 'Cannot load plugin "./two.mjs": format "same" is already provided by "one"',
      where: PLUGIN,
    });
  });
});
