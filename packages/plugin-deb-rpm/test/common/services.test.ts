import assert from 'node:assert/strict';
import { enabling } from '../../src/common/services.ts';

const files = () => [{ path: 'usr/lib/systemd/system/acme.service', text: '', mode: 0o644 }];
const told = enabling({ services: [{ name: 'acme', enable: true, scope: 'system', files }] }, ({ path }) => path);

describe('whether a unit is enabled', () => {
  it('is said of what a service makes', () => assert.equal(told('usr/lib/systemd/system/acme.service'), true));

  for (const own of ['usr/lib/systemd/system/acme.timer', 'usr/lib/systemd/user/acme.service'])
    it(`is not said of another's ${own}`, () => assert.equal(told(own), undefined));

  it('is not said without services', () => assert.equal(enabling({}, ({ path }) => path)('usr/lib/systemd/system/acme.service'), undefined));
});
