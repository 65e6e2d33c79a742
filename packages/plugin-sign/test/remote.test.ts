import assert from 'node:assert/strict';
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DistError, type Http, type HttpRequest, type HttpResponse } from '@provisioning-dist/core';
import { signDigest } from '../src/raw.ts';
import { reach } from '../src/reach.ts';
import { remote } from '../src/remote/key.ts';
import { fixture, HELLO } from './fixtures.ts';
import { bench, parse, refusal, secret } from './key-job.ts';

describe('remote', () => {
  const { job, file, folder } = bench();
  const detached = remote.detached;
  assert.ok(detached);
  const privateKey = createPrivateKey(fixture('x509-ec.key'));
  const hello = () => file('hello.txt', HELLO);

  function publicFile(key = privateKey): string {
    const path = join(folder(), `${key.asymmetricKeyType}.pem`);
    writeFileSync(path, createPublicKey(key).export({ format: 'pem', type: 'spki' }));
    return path;
  }

  /** Answers as a signer would; what it was asked is in `requests`. */
  function signer(answer: (digest: Buffer) => Promise<unknown> | unknown, more: object = {}) {
    const requests: (HttpRequest & { readonly url: string })[] = [];
    const http = async (url: string | URL, request: HttpRequest = {}): Promise<HttpResponse> => {
      requests.push({ url: String(url), ...request });
      const { digest } = JSON.parse(String(request.body)) as { digest: string };
      const said = await answer(Buffer.from(digest, 'base64'));
      const isBytes = said instanceof Uint8Array;
      const bytes = isBytes ? said : Buffer.from(JSON.stringify(said));
      const type = isBytes ? 'application/octet-stream' : 'application/json; charset=utf-8';
      return { status: 200, headers: { 'content-type': type }, bytes, text: () => String(bytes), json: () => JSON.parse(String(bytes)) as unknown };
    };
    const options = { url: 'https://signer.example/sign', token: secret('token-1'), publicKey: publicFile(), ...more };
    return { requests, job: job(remote, options, { http }) };
  }

  const honest = async (digest: Buffer) => ({ signature: Buffer.from(await signDigest(privateKey, digest, 'sha256')).toString('base64') });

  it('sends the digest alone', async () => {
    const { requests, job: asking } = signer(honest);
    await detached.verify(asking, hello(), await detached.sign(asking, hello()));
    assert.deepEqual(
      requests.map(({ url, method, headers, body }) => [url, method, headers?.authorization, JSON.parse(String(body))]),
      [
        [
          'https://signer.example/sign',
          'POST',
          'Bearer token-1',
          { algorithm: 'ecdsa-sha256', hash: 'sha256', digest: createHash('sha256').update(HELLO).digest('base64') },
        ],
      ],
    );
  });

  it('takes the bytes of a signature', async () => {
    const { job: asking } = signer((digest) => signDigest(privateKey, digest, 'sha256'));
    await detached.verify(asking, hello(), await detached.sign(asking, hello()));
  });

  it('signs digests of formats', async () => {
    const { job: asking } = signer(honest);
    const digest = createHash('sha256').update('acme').digest();
    assert.deepEqual(await remote.raw?.(asking, digest, { hash: 'sha256' }), Buffer.from(await signDigest(privateKey, digest, 'sha256')));
  });

  it('refuses a signature of another key', async () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const { job: asking } = signer((digest) => signDigest(other, digest, 'sha256'));
    assert.match(await refusal(remote.raw?.(asking, Buffer.alloc(32), { hash: 'sha256' })), /^signer-wrong: .*does not fit/);
    assert.match(await refusal(detached.verify(asking, hello(), await detached.sign(asking, hello()))), /^signature-wrong: /);
  });

  for (const answer of [{}, null, [], { signature: 7 }, { signature: '' }, Buffer.alloc(0)]) {
    it(`refuses the answer ${JSON.stringify(answer)}`, async () => {
      assert.match(await refusal(detached.sign(signer(() => answer).job, hello())), /^signer-wrong: .*no signature/);
    });
  }

  it('reaches a signer that has no answer to HEAD', async () => {
    const asked: unknown[] = [];
    const http = async (_: string | URL, { method, headers, body }: HttpRequest = {}): Promise<HttpResponse> => {
      asked.push([method, headers?.authorization, body]);
      throw new DistError('http-status', 'Cannot HEAD: it answered 405');
    };
    const away = job(remote, { url: 'https://signer.example/sign', token: secret('token-1'), publicKey: publicFile() }, { http });
    assert.deepEqual(await remote.preflight?.(away), []);
    assert.deepEqual(asked, [['HEAD', undefined, undefined]]);
  });

  it('says ahead that the signer is not reached', async () => {
    const http = () => Promise.reject(new DistError('http-unreached', 'Cannot HEAD https://signer.example: it is not there'));
    const away = job(remote, { url: 'https://signer.example/sign', publicKey: publicFile() }, { http });
    assert.match(await refusal(remote.preflight?.(away)), /^http-unreached: Cannot HEAD /);
  });

  it('waits for a silent signer only so long', async () => {
    const http: Http = (_, request) => new Promise((__, fail) => request?.signal?.addEventListener('abort', () => fail(request.signal?.reason)));
    const said = await refusal(reach(http, 'https://signer.example/sign', { confidential: false, wait: 20 }));
    assert.equal(said, 'signer-silent: Cannot reach https://signer.example: it has not answered within 0.02 seconds');
  });

  it('refuses a public key it cannot check with', async () => {
    const { job: asking } = signer(honest, { publicKey: publicFile(generateKeyPairSync('x25519').privateKey) });
    assert.match(await refusal(remote.preflight?.(asking)), /of type x25519/);
  });

  for (const url of ['file:///etc/passwd', 'ftp://signer.example', 'signer']) {
    it(`refuses the address ${url}`, () => assert.throws(() => parse(remote, { url, publicKey: 'a' })));
  }
});
