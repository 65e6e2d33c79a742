import assert from 'node:assert/strict';
import { join } from 'node:path';
import { npmEnvironment } from '../../src/prebuilt/npm-environment.ts';
import { project } from './job.ts';

describe('npmEnvironment', () => {
  const { root, dispose } = project({
    '.npmrc': '//registry.example/:_authToken=$' + '{PROJECT_TOKEN}\n',
    'home/.npmrc': '//other.example/:_authToken=$' + '{USER_TOKEN?}\n',
  });
  after(dispose);
  const NPM_CONFIG_USERCONFIG = join(root, 'home/.npmrc');

  it('passes what .npmrc files refer to', () => {
    const env = { NPM_CONFIG_USERCONFIG, PROJECT_TOKEN: 'a', USER_TOKEN: 'b', OTHER_TOKEN: 'c' };
    assert.deepEqual(npmEnvironment(root, env), { PROJECT_TOKEN: 'a', USER_TOKEN: 'b' });
  });

  it('passes settings about registries only', () => {
    const env = {
      NPM_CONFIG_USERCONFIG,
      'npm_config_//registry.example/:_authToken': 'a',
      'npm_config_@acme:registry': 'b',
      npm_config_dry_run: 'true',
    };
    assert.deepEqual(npmEnvironment(root, env), { 'npm_config_//registry.example/:_authToken': 'a', 'npm_config_@acme:registry': 'b' });
  });
});
