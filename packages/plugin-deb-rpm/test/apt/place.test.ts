import assert from 'node:assert/strict';
import { apt } from '../../src/apt/registry.ts';
import { livesElsewhere } from '../repository/elsewhere.ts';
import { optionsOf } from './bench.ts';
import { publish } from './runner.ts';

describe('an apt repository elsewhere', () => {
  livesElsewhere({
    ...{ definition: apt, publish, options: { ...optionsOf({ contents: false }), path: undefined }, packages: 'pool/' },
    kept: [
      ...['dists/stable/main/binary-amd64/by-hash/SHA256/HASH', 'dists/stable/provisioning-dist/by-hash/SHA256/HASH'],
      'pool/main/a/acme/acme_1.0.0-1_amd64.deb',
    ],
  });

  it('has addresses where it has one itself', () => {
    const { path: _, ...options } = optionsOf({});
    const release = { product: 'acme', name: 'acme', version: '1.0.0', snapshot: false, date: 0 };
    const locate = (more: object, name: string) =>
      apt.locate?.({ name, size: 0, sha256: '' }, { release, options: { ...options, ...more }, id: 'apt' });
    assert.equal(locate({}, 'acme_1.0-1_amd64.deb'), undefined);
    assert.equal(locate({ path: '/srv/apt' }, 'acme_1.0-1_amd64.deb'), 'file:///srv/apt/pool/main/a/acme/acme_1.0-1_amd64.deb');
    const url = 'https://apt.acme.example/';
    assert.equal(locate({ url }, 'acme_1.0~rc.1+b1-1_amd64.deb'), `${url}pool/main/a/acme/acme_1.0~rc.1%2Bb1-1_amd64.deb`);
    assert.equal(locate({ url }, 'checksums.sha256'), undefined);
  });
});
