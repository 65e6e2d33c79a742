import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import plugin from '../src/index.ts';

describe('the apk-arch plugin', () => {
  it('tells what it provides without being loaded', () => {
    const { provisioningDist } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    assert.equal(provisioningDist.apiVersion, plugin.apiVersion);
    assert.deepEqual(provisioningDist.formats, Object.keys(plugin.formats ?? {}));
    assert.deepEqual(provisioningDist.groups, [...new Set(Object.values(plugin.formats ?? {}).map(({ group }) => group))]);
  });
});
