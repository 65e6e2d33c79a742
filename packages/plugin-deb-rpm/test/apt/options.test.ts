import assert from 'node:assert/strict';
import { optionsOf, parseOptions } from './bench.ts';

const SECRET = { env: 'KEY' };

describe('options of apt', () => {
  it('have defaults but for place and key', () => {
    const { path, ...rest } = optionsOf({});
    assert.ok(path?.endsWith('repository'));
    assert.deepEqual(rest, {
      ...{ sign: 'release', suites: [{ name: 'stable', codename: 'stable' }], component: 'main' },
      ...{ adopt: false, architectures: [], keep: 2, contents: true },
    });
  });

  it('take suites with codenames', () => {
    const { suites } = optionsOf({ suites: ['edge', { name: 'stable', codename: 'bird' }] });
    assert.deepEqual(suites, [
      { name: 'edge', codename: 'edge' },
      { name: 'stable', codename: 'bird' },
    ]);
  });

  it('take a server instead of a folder', () => {
    const sftp = { host: 'apt.acme.example', user: 'jane', folder: '/srv/apt', hostKey: 'SHA256:abc', privateKey: SECRET };
    assert.equal(parseOptions({ sign: false, sftp }).success, true);
    const s3 = { bucket: 'acme-apt', endpoint: 'https://s3.acme.example', accessKey: SECRET, secretKey: SECRET };
    assert.equal(parseOptions({ sign: false, s3 }).success, true);
  });

  for (const [what, raw] of Object.entries({
    'no place': {},
    'two places': { path: 'x', sftp: { host: 'h', user: 'u', folder: '/f', hostKey: 'k' } },
    'no word on signatures': { path: 'x', sign: undefined },
    'a suite that is a path': { path: 'x', suites: ['../stable'] },
    'a suite twice': { path: 'x', suites: ['stable', { name: 'stable', codename: 'bird' }] },
    'no suite': { path: 'x', suites: [] },
    'a component with a blank': { path: 'x', component: 'main evil' },
    'an origin of two lines': { path: 'x', origin: 'Acme\nSuite: evil' },
    'an address with a blank': { path: 'x', url: 'https://apt.acme.example/a b' },
    'an address of no web server': { path: 'x', url: 'ftp://apt.acme.example' },
    'one version alone': { path: 'x', keep: 1 },
    'a folder that climbs': { sftp: { host: 'h', user: 'u', folder: '/srv/../etc', hostKey: 'k' } },
    'a bucket that is a path': { s3: { bucket: 'a/b', endpoint: 'https://s3.acme.example', accessKey: SECRET, secretKey: SECRET } },
  })) {
    it(`refuse ${what}`, () => assert.equal(parseOptions({ sign: false, ...raw }).success, false));
  }
});
