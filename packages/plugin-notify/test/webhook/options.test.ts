import assert from 'node:assert/strict';
import { DistError } from '@provisioning-dist/core';
import { WebhookBench } from './webhook-bench.ts';

const URL = 'https://hooks.example.org/x';

describe('options of the webhook channel', () => {
  let bench: WebhookBench;
  beforeEach(() => {
    bench = new WebhookBench();
  });
  afterEach(() => bench.close());

  it('need no more than an address', () => {
    assert.deepEqual(bench.options({ url: URL }), { url: URL, method: 'POST', signatureHeader: 'X-Signature-256', headers: {}, timeout: 30_000 });
  });

  it('print no secret', () => {
    bench.env = { URL, KEY: 'hmac-key' };
    const options = bench.options({ url: { env: 'URL' }, secret: { env: 'KEY' }, headers: { 'X-A': { env: 'KEY' } } });
    assert.equal(
      JSON.stringify(options),
      '{"url":"***","method":"POST","secret":"***","signatureHeader":"X-Signature-256","headers":{"X-A":"***"},"timeout":30000}',
    );
  });

  it('may name a server of this machine without TLS', () => {
    assert.equal(bench.options({ url: 'http://localhost:8080/x' }).url, 'http://localhost:8080/x');
  });

  const WRONG: Readonly<Record<string, readonly [written: object, said: RegExp]>> = {
    'no address': [{}, /"notify\.team\.url" is missing/],
    'what is no address': [{ url: 'hooks.example.org' }, /it is no http or https URL/],
    'another protocol': [{ url: 'ftp://hooks.example.org/x' }, /it is no http or https URL/],
    'an unencrypted address': [{ url: 'http://hooks.example.org/x' }, /it is sent unencrypted/],
    'a secret in plain text': [{ url: URL, secret: 'abc' }, /a secret must not stand in the configuration/],
    'a line break in a header': [{ url: URL, headers: { 'X-A': 'a\r\nHost: evil' } }, /control character/],
    'a line break in the name of a header': [{ url: URL, headers: { 'X-A\r\nHost': 'a' } }, /header name/],
    'a header that frames the message': [{ url: URL, headers: { 'Transfer-Encoding': 'chunked' } }, /header name/],
    'a signature where the length stands': [{ url: URL, signatureHeader: 'content-length' }, /header name/],
    'a header of the signature': [{ url: URL, headers: { 'x-signature-256': 'sha256=00' } }, /the signature has this header/],
    'a method that asks': [{ url: URL, method: 'GET' }, /GET/],
    'an unknown option': [{ url: URL, retries: 3 }, /retries/],
  };

  for (const [what, [written, said]] of Object.entries(WRONG)) {
    it(`refuse ${what}`, () => {
      assert.throws(
        () => bench.options(written),
        (error) => error instanceof DistError && said.test(error.message),
      );
    });
  }
});
