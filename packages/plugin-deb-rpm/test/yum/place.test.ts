import assert from 'node:assert/strict';
import { yum } from '../../src/yum/registry.ts';
import { livesElsewhere } from '../repository/elsewhere.ts';
import { optionsOf } from './bench.ts';
import { publish } from './runner.ts';

describe('a yum repository elsewhere', () => {
  livesElsewhere({
    ...{ definition: yum, publish, options: { ...optionsOf({}), path: undefined }, packages: 'Packages/' },
    kept: [
      'Packages/a/acme-1.0.0-1.x86_64.rpm',
      ...['filelists.xml.gz', 'other.xml.gz', 'primary.xml.gz', 'provisioning-dist.ndjson.gz'].map((name) => `repodata/HASH-${name}`),
    ],
  });

  it('has addresses where it has one itself', () => {
    const { path: _, ...options } = optionsOf({});
    const release = { product: 'acme', name: 'acme', version: '1.0.0', snapshot: false, date: 0 };
    const locate = (more: object, name: string) =>
      yum.locate?.({ name, size: 0, sha256: '' }, { release, options: { ...options, ...more }, id: 'yum' });
    assert.equal(locate({}, 'acme-1.0-1.x86_64.rpm'), undefined);
    assert.equal(locate({ path: '/srv/yum' }, 'acme-1.0-1.x86_64.rpm'), 'file:///srv/yum/Packages/a/acme-1.0-1.x86_64.rpm');
    const url = 'https://yum.acme.example/';
    assert.equal(locate({ url }, 'acme-1.0~rc.1^b1-1.x86_64.rpm'), `${url}Packages/a/acme-1.0~rc.1%5Eb1-1.x86_64.rpm`);
    assert.equal(locate({ url }, 'checksums.sha256'), undefined);
  });
});
