import assert from 'node:assert/strict';
import { custom } from '../../src/custom/registry.ts';
import { CustomBench } from './custom-bench.ts';

describe('options of the custom registry', () => {
  let bench: CustomBench;
  before(async () => {
    bench = await CustomBench.open();
  });
  after(() => bench.close());

  it('need an address only', () => {
    const { method, probe, conditional, delete: way, pointer } = bench.parse({ url: 'https://dl.example/{artifact}' });
    assert.deepEqual(
      { method, probe, conditional, way, pointer },
      {
        method: 'PUT',
        probe: { method: 'HEAD', limit: 67_108_864 },
        conditional: false,
        way: undefined,
        pointer: undefined,
      },
    );
  });

  for (const [url, state] of [
    ['https://dl.example/{artefact}', /there is no \{artefact\}: known are \{product\}/],
    ['https://dl.example/{version}', /needs \{artifact\} or \{sha256\}/],
    ['https://dl.example/{artifact', /a "\{" stands alone/],
    ['https://dl.example/{artifact}}', /a "\}" stands alone/],
    ['https://{name}.example/{artifact}', /the host cannot have fields/],
    ['https://dl.example:{version}/{artifact}', /the host cannot have fields/],
    ['https://user:word@dl.example/{artifact}', /URL|credentials/],
    ['ftp://dl.example/{artifact}', /no http\(s\) address/],
    ['https://dl.example', /no http\(s\) address with a path/],
    ['https://dl.example/{artifact}#x', /fragment/],
    ['https://dl.example/\r\n{artifact}', /control character/],
    ['{artifact}', /no http\(s\) address/],
  ] as const) {
    it(`refuse the address ${JSON.stringify(url)}`, () => {
      assert.throws(() => bench.parse({ url }), state);
    });
  }

  for (const [name, raw, state] of [
    ['a header with a line end', { headers: { 'x-a': 'one\r\ntwo: three' } }, /cannot hold line ends/],
    ['a header with a NUL', { headers: { 'x-a': 'one\0' } }, /cannot hold line ends/],
    ['a header with a line end in its name', { headers: { 'x-a\r\nx-b': 'one' } }, /cannot be the name of a header/],
    ['a header that frames the request', { headers: { 'Content-Length': '1' } }, /is not for you to set/],
    ['a credential in the clear', { headers: { Authorization: 'Bearer x' } }, /credentials go into "auth"/],
    ['a checksum by an unknown field', { checksumHeaders: { 'x-a': '{md5}' } }, /there is no \{md5\}/],
    ['a checksum with a line end', { checksumHeaders: { 'x-a': '{sha256}\nx' } }, /control character/],
    ['a secret in the clear', { auth: { bearer: 'word' } }, /a secret must not stand in the configuration/],
    ['two ways to sign in', { auth: { bearer: { env: 'TOKEN' }, credentialsFile: 'x' } }, /give one of/],
    ['no way to sign in', { auth: {} }, /give one of/],
    ['a user with a colon', { auth: { basic: { user: 'a:b', password: { env: 'TOKEN' } } } }, /no colon/],
    ['a certificate without key', { tls: { cert: 'x' } }, /go together/],
    ['a blind POST', { method: 'POST', probe: false }, /needs a probe/],
    ['a pointer by an unknown field', { pointer: { url: 'https://a.example/{artifact}' } }, /there is no \{artifact\}/],
    ['a body by an unknown field', { pointer: { url: 'https://a.example/x', body: '{sha256}' } }, /./],
    ['a content type with a line end', { pointer: { url: 'https://a.example/x', contentType: 'a/b\r\nx: y' } }, /./],
    ['an option nobody knows', { retries: 3 }, /retries/],
  ] as const) {
    it(`refuse ${name}`, () => {
      assert.throws(() => bench.parse(raw), state);
    });
  }

  it('escape what they put into an address', () => {
    const options = bench.parse({ url: 'https://dl.example/{name}/{artifact}?v={version}' });
    const release = { ...bench.release, name: '../a?b#c/d', version: '1.0.0+x y' };
    const url = custom.locate?.({ name: 'a+b.deb', size: 1, sha256: '' }, { options, release, id: 'custom' });
    assert.equal(url, 'https://dl.example/..%2Fa%3Fb%23c%2Fd/a%2Bb.deb?v=1.0.0%2Bx%20y');
  });

  it('let no name climb', () => {
    const options = bench.parse({ url: 'https://dl.example/{name}/{artifact}' });
    const release = { ...bench.release, name: '..' };
    assert.throws(() => custom.locate?.({ name: 'a', size: 1, sha256: '' }, { options, release, id: 'custom' }), { code: 'address-climbs' });
  });

  it('locate where the public reads', () => {
    const ref = { name: 'a.deb', size: 1, sha256: 'ab' };
    const view = { release: bench.release, id: 'custom' };
    const locate = (raw: object) => custom.locate?.(ref, { ...view, options: bench.parse(raw) });
    assert.equal(locate({ url: 'https://up.example/{version}/{artifact}', public: 'https://dl.example/{artifact}' }), 'https://dl.example/a.deb');
    assert.equal(locate({ url: 'https://up.example/{sha256}' }), 'https://up.example/ab');
    assert.equal(locate({ url: 'https://up.example/{platform}/{artifact}' }), undefined);
  });
});
