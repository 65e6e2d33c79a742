import assert from 'node:assert/strict';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startServer } from '@provisioning-dist/core/testing';
import { makeAuthority } from '../../../core/test/testing/certificates.ts';
import { custom } from '../../src/custom/registry.ts';
import { CustomBench, ENV } from './custom-bench.ts';

const BASIC = { user: 'ci', password: ENV.PASSWORD };

describe('credentials of the custom registry', () => {
  let bench: CustomBench;
  afterEach(() => bench.close());

  async function open(auth: { readonly user: string; readonly password: string } | { readonly token: string } | undefined): Promise<void> {
    bench = await CustomBench.open(auth && { auth });
    bench.file('a.tar.gz', 'archive');
  }

  function credentials(text: string, mode = 0o600): { readonly credentialsFile: string } {
    const file = join(bench.folder, 'credentials');
    writeFileSync(file, text);
    chmodSync(file, mode);
    return { credentialsFile: 'credentials' };
  }

  it('are a bearer token', async () => {
    await open({ token: ENV.TOKEN });
    bench.configure({ auth: { bearer: { env: 'TOKEN' } } });
    await bench.publish();
    assert.deepEqual(Object.keys(bench.seen()), ['/acme/1.2.0/a.tar.gz']);
  });

  it('are a user and a password', async () => {
    await open(BASIC);
    bench.configure({ auth: { basic: { user: 'ci', password: { env: 'PASSWORD' } } } });
    await bench.publish();
    assert.deepEqual(Object.keys(bench.seen()), ['/acme/1.2.0/a.tar.gz']);
  });

  it('are a header, or several', async () => {
    await open(undefined);
    bench.configure({ auth: { header: { name: 'X-Api-Key', value: { env: 'TOKEN' } } }, headers: { 'x-second': { env: 'PASSWORD' } } });
    await bench.publish();
    const [put] = bench.server.unsafe();
    assert.deepEqual([put?.headers['x-api-key'], put?.headers['x-second']], [ENV.TOKEN, ENV.PASSWORD]);
  });

  for (const [name, text] of [
    ['netrc lines', `# mine\nmachine other.example login x password y\nmachine 127.0.0.1 login ci password ${ENV.PASSWORD}\n`],
    ['one netrc line with quotes', `machine 127.0.0.1 login "ci" password "${ENV.PASSWORD}"`],
    ['a default netrc entry', `machine other.example login x password y default login ci password ${ENV.PASSWORD}`],
    ['JSON', JSON.stringify(BASIC)],
  ] as const) {
    it(`are in a file of ${name}`, async () => {
      await open(BASIC);
      bench.configure({ auth: credentials(text) });
      await bench.publish();
      assert.deepEqual(Object.keys(bench.seen()), ['/acme/1.2.0/a.tar.gz']);
    });
  }

  it('are a token in a file of JSON', async () => {
    await open({ token: ENV.TOKEN });
    bench.configure({ auth: credentials(JSON.stringify({ token: ENV.TOKEN })) });
    await bench.publish();
    assert.deepEqual(Object.keys(bench.seen()), ['/acme/1.2.0/a.tar.gz']);
  });

  for (const mode of [0o640, 0o604, 0o620, 0o666]) {
    it(`are not taken from a file of mode ${mode.toString(8)}`, async () => {
      await open(BASIC);
      bench.configure({ auth: credentials(JSON.stringify(BASIC), mode) });
      await assert.rejects(bench.publish(), { code: 'credentials-exposed', hint: /^chmod 600/ });
      assert.deepEqual(bench.server.log(), []);
    });
  }

  for (const [text, state] of [
    ['{ "token": ', 'it is no JSON'],
    ['{ "user": "ci" }', 'it has neither "token" nor "user" and "password"'],
    ['machine other.example login x password y', 'it has no login and password for machine "127.0.0.1"'],
    ['', 'it has no login and password for machine "127.0.0.1"'],
  ] as const) {
    it(`are missed in a file of ${JSON.stringify(text)}`, async () => {
      await open(BASIC);
      bench.configure({ auth: credentials(text) });
      await assert.rejects(bench.publish(), ({ message }: Error) => message.endsWith(`credentials": ${state}`));
    });
  }

  it('cannot add a header of their own', async () => {
    await open(undefined);
    for (const auth of [{ bearer: { env: 'EVIL' } }, { header: { name: 'x-key', value: { env: 'EVIL' } } }]) {
      bench.configure({ auth });
      await assert.rejects(bench.publish(), { code: 'header-unusable', message: /^Cannot send the secret from env EVIL: a header cannot hold/ });
    }
    bench.configure({ auth: credentials(JSON.stringify({ token: 'a\r\nb: c' })) });
    await assert.rejects(bench.publish(), { code: 'header-unusable' });
    assert.deepEqual(bench.server.log(), []);
  });

  it('are not repeated when the server does', async () => {
    await open(undefined);
    bench.configure({ auth: credentials(JSON.stringify(BASIC)) });
    const basic = Buffer.from(`ci:${ENV.PASSWORD}`).toString('base64');
    bench.server.fail(({ method }) => (method === 'HEAD' ? undefined : { status: 403, body: `no ${ENV.PASSWORD} as ${basic}` }));
    await assert.rejects(
      bench.publish(),
      /^DistError: Cannot PUT http:\/\/127\.0\.0\.1:\d+\/acme\/1\.2\.0\/a\.tar\.gz: it answered 403 \(no \*\*\* as \*\*\*\)/,
    );
    const journal = await bench.journal();
    assert.ok(!readFileSync(journal.file, 'utf8').includes('canary'));
  });

  it('that are wrong stop the release before it begins', async () => {
    await open({ token: 'another' });
    bench.configure({ auth: { bearer: { env: 'TOKEN' } } });
    const findings = (await custom.preflight?.(bench.job(true))) ?? [];
    assert.deepEqual(
      findings.map(({ level, code }) => [level, code]),
      [['error', 'not-authorised']],
    );
    assert.match(findings[0]?.hint ?? '', /"auth"/);
  });

  it('do not follow a redirect to another host', async () => {
    await open(undefined);
    const other = await startServer();
    try {
      bench.configure({ auth: { header: { name: 'X-Api-Key', value: { env: 'TOKEN' } } }, headers: { 'x-second': { env: 'PASSWORD' } } });
      const location = other.url.replace('127.0.0.1', 'localhost');
      bench.server.fail(({ method, path }) => (method === 'HEAD' ? { status: 302, headers: { location: location + path } } : undefined));
      await bench.publish();
      const [asked] = other.log();
      assert.equal(asked?.method, 'HEAD');
      assert.ok(!JSON.stringify(asked).includes('canary'));
    } finally {
      await other.close();
    }
  });

  it('do not go out in the clear', async () => {
    await open(undefined);
    bench.configure({ url: 'http://dl.example/{artifact}', auth: { bearer: { env: 'TOKEN' } } });
    const findings = (await custom.preflight?.(bench.job(true))) ?? [];
    assert.deepEqual(
      findings.map(({ level, code }) => [level, code]),
      [['error', 'insecure-url']],
    );
    await assert.rejects(bench.publish(), { code: 'http-plain' });
  });

  it('are a certificate, where the server asks for one', async () => {
    const authority = makeAuthority();
    bench = await CustomBench.open({ tls: { ...authority.server('127.0.0.1', 'localhost'), ca: authority.ca } });
    bench.file('a.tar.gz', 'archive');
    const { key, cert } = authority.client('ci');
    const files = { 'ca.pem': authority.ca, 'cert.pem': cert, 'key.pem': key };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(bench.folder, name), text, { mode: 0o600 });
    bench.configure({ tls: { ca: 'ca.pem' } });
    await assert.rejects(bench.publish());
    bench.configure({ tls: { ca: 'ca.pem', cert: 'cert.pem', key: 'key.pem' } });
    await bench.forget();
    await bench.publish();
    assert.deepEqual(Object.keys(bench.seen()), ['/acme/1.2.0/a.tar.gz']);
  });

  it('refuse a private key that others may read', async () => {
    await open(undefined);
    for (const name of ['cert.pem', 'key.pem']) writeFileSync(join(bench.folder, name), 'pem', { mode: 0o644 });
    bench.configure({ tls: { cert: 'cert.pem', key: 'key.pem' } });
    await assert.rejects(async () => await custom.preflight?.(bench.job(true)), { code: 'credentials-exposed' });
  });
});
