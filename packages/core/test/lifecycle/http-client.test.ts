import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DistError } from '../../src/errors.ts';
import type { Http, HttpRequest } from '../../src/http.ts';
import { createHttp, type HttpClientOptions } from '../../src/lifecycle/http-client.ts';
import { retryAfterOf } from '../../src/lifecycle/http-errors.ts';
import { classifyFailure } from '../../src/lifecycle/retry.ts';
import { startServer, type TestServer, type TestServerOptions } from '../../src/testing/server.ts';
import { type Authority, makeAuthority } from '../testing/certificates.ts';
import { startProxy, type TestProxy } from './http-proxy.ts';

const PROXIES = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];
const CREDENTIALS = { authorization: 'Bearer canary-token', cookie: 'session=canary', 'x-api-key': 'canary-key' };

describe('the http client', () => {
  const environment = { ...process.env };
  const open: { close: () => unknown }[] = [];
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'http-'));
  });
  after(() => rmSync(folder, { recursive: true }));
  beforeEach(() => {
    for (const name of PROXIES) delete process.env[name];
  });
  afterEach(async () => {
    for (const name of PROXIES) {
      if (environment[name] === undefined) delete process.env[name];
      else process.env[name] = environment[name];
    }
    await Promise.all(open.splice(0).map((each) => each.close()));
  });

  async function serve(options?: TestServerOptions): Promise<TestServer> {
    const server = await startServer(options);
    open.push(server);
    return server;
  }

  function client(options: Partial<HttpClientOptions> = {}): Http {
    return createHttp({ signal: new AbortController().signal, userAgent: 'provisioning-dist/test', ...options });
  }

  function file(name: string, text: string): string {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  }

  async function failure(answer: Promise<unknown>): Promise<DistError> {
    const error: unknown = await answer.then(
      () => assert.fail('it succeeded'),
      (reason) => reason,
    );
    assert.ok(error instanceof DistError, String(error));
    return error;
  }

  /** Answers each path with what the table says. */
  function answering(table: Readonly<Record<string, { status: number; headers?: Record<string, string>; body?: string }>>): TestServerOptions {
    return { answer: ({ path }) => table[path] };
  }

  describe('answers', () => {
    it('have status, headers, bytes, text and JSON', async () => {
      const { url } = await serve(answering({ '/a': { status: 200, headers: { 'X-Some': 'Thing' }, body: '{"grüße":1}' } }));
      const answer = await client()(`${url}/a`);
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['x-some'], 'Thing');
      assert.equal(answer.bytes.length, 13);
      assert.equal(answer.text(), '{"grüße":1}');
      assert.deepEqual(answer.json(), { grüße: 1 });
    });

    it('that are no JSON are said to be none', async () => {
      const { url } = await serve(answering({ '/a': { status: 200, body: '<html>' } }));
      const answer = await client()(`${url}/a?token=canary`);
      assert.throws(() => answer.json(), { code: 'http-body', message: `Cannot read ${url}/a: it is no JSON` });
    });

    it('join repeated headers', async () => {
      const server = createServer((_, response) => response.writeHead(200, { link: ['<a>', '<b>'] }).end());
      const { headers } = await client()(await listening(server));
      assert.equal(headers.link, '<a>, <b>');
    });

    it('other than 2xx are errors with their status', async () => {
      const { url } = await serve(answering({ '/a': { status: 422, body: 'already there' } }));
      const { code, message, data } = await failure(client()(`${url}/a?token=canary`));
      assert.equal(code, 'http-status');
      assert.equal(message, `Cannot GET ${url}/a: it answered 422 (already there)`);
      assert.deepEqual(data, { status: 422, url: `${url}/a` });
    });

    it('with an accepted status are none', async () => {
      const { url } = await serve();
      assert.equal((await client()(`${url}/a`, { accept: [404] })).status, 404);
      assert.equal((await failure(client()(`${url}/a`, { accept: [409] }))).code, 'http-status');
    });

    it('say how long to wait', async () => {
      const { url } = await serve(answering({ '/a': { status: 429, headers: { 'retry-after': '7' } } }));
      const error = await failure(client()(`${url}/a`));
      assert.equal(error.data?.retryAfter, 7000);
      assert.deepEqual(classifyFailure(error), { kind: 'rate-limited', certain: true, retryAfter: 7000 });
    });

    it('are hinted at when credentials are refused', async () => {
      const { url } = await serve({ auth: { token: 'right' } });
      const error = await failure(client()(`${url}/a`, { headers: { authorization: 'Bearer canary' } }));
      assert.match(error.hint ?? '', /credentials/);
      assert.doesNotMatch(JSON.stringify(error), /canary/);
    });

    it('reach no terminal as they are', async () => {
      const { url } = await serve(answering({ '/a': { status: 500, body: '\x1b[31mred\x07\r\n\x9bmore\u202edesrever\u2028line\u200b.' } }));
      assert.equal((await failure(client()(`${url}/a`))).message, `Cannot GET ${url}/a: it answered 500 ([31mred more desrever line .)`);
    });

    it('are cut where they are long', async () => {
      const { url } = await serve(answering({ '/a': { status: 500, body: 'x'.repeat(10_000) } }));
      assert.ok((await failure(client()(`${url}/a`))).message.length < 400);
    });

    it('tell of credentials and of nothing else', async () => {
      const { url } = await serve();
      const told: string[] = [];
      const basic = `Basic ${Buffer.from('user:canary-password').toString('base64')}`;
      const headers = { authorization: basic, 'x-overwrite': 'true', 'content-type': 'text/plain' };
      await client({ conceal: (value) => told.push(value) })(`${url}/a`, { headers, confidential: true, accept: [404] });
      assert.deepEqual(told, [basic.slice(6), 'canary-password']);
    });

    it('are redacted before they are cut', async () => {
      const { url } = await serve(answering({ '/a': { status: 500, body: `${'x'.repeat(290)}canary-secret-value` } }));
      const redact = (text: string): string => text.replaceAll('canary-secret-value', '***');
      assert.doesNotMatch((await failure(client({ redact })(`${url}/a`))).message, /canary/);
    });

    it('are read up to a limit', async () => {
      const { url } = await serve(answering({ '/a': { status: 200, body: 'x'.repeat(1001) } }));
      const error = await failure(client()(`${url}/a`, { maxBytes: 1000 }));
      assert.equal(error.message, `Cannot read ${url}/a: it is longer than 1000 bytes`);
      assert.equal((await client()(`${url}/a`, { maxBytes: 1001 })).bytes.length, 1001);
    });

    it('without an end are read up to the limit', async () => {
      const server = createServer((_, response) => {
        const more = (): void => void (response.destroyed || response.write(Buffer.alloc(65_536), () => setImmediate(more)));
        more();
      });
      assert.equal((await failure(client()(await listening(server), { maxBytes: 1_000_000 }))).code, 'http-too-large');
    });

    it('that break off are errors that may pass', async () => {
      const server = await serve({ faults: () => ({ truncate: 2 }) });
      server.set('/a', 'hello');
      const error = await failure(client()(`${server.url}/a`));
      assert.equal(error.code, 'http-unreached');
      assert.deepEqual(classifyFailure(error), { kind: 'transient', certain: false });
    });

    it('that are no HTTP are errors', async () => {
      const server = createTcpServer((socket) => void socket.on('error', () => {}).end('SSH-2.0-OpenSSH_9.9\r\n'));
      assert.equal((await failure(client()(await listening(server)))).code, 'http-unreached');
    });
  });

  describe('requests', () => {
    it('name the client', async () => {
      const { url, log } = await serve();
      await client()(`${url}/a`, { accept: [404] });
      assert.equal(log()[0]?.headers['user-agent'], 'provisioning-dist/test');
    });

    it('leave out undefined headers', async () => {
      const { url, log } = await serve();
      await client()(`${url}/a`, { accept: [404], headers: { 'x-a': undefined, 'X-B': 'b' } });
      assert.equal(log()[0]?.headers['x-a'], undefined);
      assert.equal(log()[0]?.headers['x-b'], 'b');
    });

    for (const [what, body] of Object.entries({ text: 'grüße', bytes: Buffer.from('grüße'), nothing: '' })) {
      it(`send ${what} with its length`, async () => {
        const { url, log, objects } = await serve();
        await client()(`${url}/a`, { method: 'PUT', body });
        assert.equal(log()[0]?.headers['content-length'], String(Buffer.byteLength(body)));
        assert.equal(Buffer.from(objects().get('/a')?.bytes ?? []).toString(), body.toString());
      });
    }

    it('send part of a larger buffer alone', async () => {
      const { url, objects } = await serve();
      await client()(`${url}/a`, { method: 'PUT', body: Buffer.from('hello world').subarray(6, 9) });
      assert.equal(Buffer.from(objects().get('/a')?.bytes ?? []).toString(), 'wor');
    });

    for (const text of ['', 'x', 'hello'.repeat(100_000)]) {
      it(`send a file of ${text.length} bytes`, async () => {
        const { url, log, objects } = await serve();
        await client()(`${url}/a`, { method: 'PUT', body: { file: file('whole', text), size: text.length } });
        assert.equal(log()[0]?.headers['content-length'], String(text.length));
        assert.equal(log()[0]?.headers['transfer-encoding'], undefined);
        assert.ok(Buffer.from(text).equals(objects().get('/a')?.bytes ?? Buffer.from('nothing')));
      });
    }

    it('send a file anew when asked again', async () => {
      const { url, log } = await serve();
      const request: HttpRequest = { method: 'PUT', body: { file: file('again', 'hello'), size: 5 } };
      const http = client();
      await http(`${url}/a`, request);
      await http(`${url}/a`, request);
      assert.deepEqual(
        log().map(({ size }) => size),
        [5, 5],
      );
    });

    for (const [what, change] of Object.entries({
      shrank: (path: string) => truncateSync(path, 3),
      grew: (path: string) => appendFileSync(path, '!'),
      'is gone': (path: string) => rmSync(path),
    })) {
      it(`refuse a file that ${what}`, async () => {
        const { url, objects } = await serve();
        const path = file('changing', 'hello');
        change(path);
        const error = await failure(client()(`${url}/a`, { method: 'PUT', body: { file: path, size: 5 } }));
        assert.equal(error.code, 'http-file');
        assert.equal(classifyFailure(error).kind, 'permanent');
        assert.equal(objects().size, 0);
      });
    }

    it('refuse a file that shrinks under way', async () => {
      const path = file('shrinking', 'hello'.repeat(2_000_000));
      const server = createTcpServer((socket) => {
        socket.on('error', () => {}).once('data', () => truncateSync(path, 100_000));
      });
      const error = await failure(client()(await listening(server), { method: 'PUT', body: { file: path, size: 10_000_000 } }));
      assert.equal(error.code, 'http-file');
      assert.equal(classifyFailure(error).kind, 'permanent');
    });

    it('refuse headers with line ends', async () => {
      const { url, log } = await serve();
      const error = await failure(client()(`${url}/a`, { headers: { 'x-a': 'canary\r\nx-evil: 1' } }));
      assert.equal(error.code, 'http-unreached');
      assert.doesNotMatch(error.message, /canary/);
      assert.equal(log().length, 0);
    });

    for (const url of ['ftp://example.org/a', 'file:///etc/passwd', 'example.org', 'javascript:alert(1)', '']) {
      it(`refuse the address "${url}"`, async () => {
        assert.equal((await failure(client()(url))).code, 'http-scheme');
      });
    }

    it('show no credentials of an address', async () => {
      const error = await failure(client()('ftp://me:canary@example.org/a?token=canary'));
      assert.doesNotMatch(error.message, /canary/);
    });

    it('show no path that is confidential', async () => {
      const { url } = await serve();
      const error = await failure(client()(`${url}/services/canary`, { confidential: true }));
      assert.equal(error.message, `Cannot GET ${url}: it answered 404 (there is nothing here)`);
      assert.doesNotMatch(JSON.stringify(error.data), /canary/);
    });

    it('use connections again', async () => {
      const { url, log } = await serve();
      const http = client();
      for (let count = 0; count < 20; count++) await http(`${url}/${count}`, { accept: [404] });
      // one that is just given back may be passed over once
      assert.ok(new Set(log().map(({ connection }) => connection)).size <= 2);
    });

    it('do not keep the process', async () => {
      const { url } = await serve();
      const module = join(import.meta.dirname, '../../src/lifecycle/http-client.ts');
      const program = `import { createHttp } from ${JSON.stringify(module)};
        await createHttp({ signal: new AbortController().signal, userAgent: 'x' })(${JSON.stringify(`${url}/a`)}, { accept: [404] });`;
      const began = performance.now();
      await promisify(execFile)(process.execPath, ['--input-type=module', '--conditions=source', '-e', program]);
      assert.ok(performance.now() - began < 3000);
    });
  });

  describe('dry', () => {
    for (const method of ['PUT', 'POST', 'DELETE', 'PATCH', 'put', 'MKCOL']) {
      it(`refuses ${method}`, async () => {
        const { url, log } = await serve();
        assert.equal((await failure(client({ dry: true })(`${url}/a`, { method }))).code, 'http-dry');
        assert.equal(log().length, 0);
      });
    }

    it('reads', async () => {
      const { url, log } = await serve();
      for (const method of ['GET', 'head']) await client({ dry: true })(`${url}/a`, { method, accept: [404] });
      assert.equal(log().length, 2);
    });
  });

  describe('redirects', () => {
    function leading(location: string, status = 302): TestServerOptions {
      return { answer: ({ path }) => (path === '/from' ? { status, headers: { location } } : undefined) };
    }

    it('keep credentials on the way within an origin', async () => {
      const { url, log } = await serve(leading('/to?b'));
      await client()(`${url}/from`, { headers: CREDENTIALS, accept: [404] });
      assert.deepEqual(
        Object.keys(CREDENTIALS).filter((name) => log()[1]?.headers[name] === undefined),
        [],
      );
      assert.equal(log()[1]?.search, '?b');
    });

    it('lose credentials on the way to another origin', async () => {
      const other = await serve();
      const { url } = await serve(leading(`${other.url}/to`));
      await client()(`${url}/from`, { headers: { ...CREDENTIALS, accept: 'x/y' }, accept: [404] });
      const headers = other.log()[0]?.headers ?? {};
      assert.deepEqual(
        Object.keys(CREDENTIALS).filter((name) => name in headers),
        [],
      );
      assert.equal(headers.accept, 'x/y');
    });

    it('do not find credentials again on the way back', async () => {
      let back = '';
      const other = await serve({ answer: () => ({ status: 302, headers: { location: back } }) });
      const { url, log } = await serve(leading(`${other.url}/there`));
      back = `${url}/back`;
      await client()(`${url}/from`, { headers: CREDENTIALS, accept: [404] });
      assert.equal(log()[1]?.path, '/back');
      assert.equal(log()[1]?.headers.authorization, undefined);
    });

    for (const method of ['POST', 'PUT', 'DELETE']) {
      it(`are not followed by ${method}`, async () => {
        const { url, log } = await serve(leading('/to', 307));
        const error = await failure(client()(`${url}/from`, { method, body: 'x' }));
        assert.equal(error.data?.status, 307);
        assert.equal(log().length, 1);
      });
    }

    it('are given back where they are accepted', async () => {
      const { url } = await serve(leading('/to'));
      assert.equal((await client()(`${url}/from`, { accept: [302] })).headers.location, '/to');
    });

    it('end after five', async () => {
      const { url, log } = await serve({ answer: () => ({ status: 301, headers: { location: '/again' } }) });
      assert.equal((await failure(client()(`${url}/a`))).data?.status, 301);
      assert.equal(log().length, 6);
    });

    for (const location of ['http://[', 'file:///etc/passwd', 'javascript:alert(1)', 'http://a b/', '//']) {
      it(`lead nowhere by "${location}"`, async () => {
        const { url, log } = await serve(leading(location));
        assert.equal((await failure(client()(`${url}/from`))).code, 'http-scheme');
        assert.equal(log().length, 1);
      });
    }
  });

  describe('plain http', () => {
    let proxy: TestProxy;
    let server: TestServer;
    beforeEach(async () => {
      server = await serve();
      proxy = await startProxy(server.port);
      open.push(proxy);
      process.env.http_proxy = proxy.url;
    });

    for (const [what, request] of Object.entries<HttpRequest>({
      'an authorization': { headers: { Authorization: 'Basic canary' } },
      'a cookie': { headers: { cookie: 'canary' } },
      'a confidential header': { headers: { 'x-api-key': 'canary' }, confidential: true },
      'the key of a certificate': { tls: { key: 'canary', cert: 'x' } },
    })) {
      it(`to another machine takes no request with ${what}`, async () => {
        const error = await failure(client()('http://registry.example/a', request));
        assert.equal(error.code, 'http-plain');
        assert.doesNotMatch(error.message, /canary/);
        assert.deepEqual(proxy.asked, []);
      });
    }

    it('takes those without credentials, by the proxy', async () => {
      assert.equal((await client()('http://registry.example/a', { accept: [404] })).status, 404);
      assert.deepEqual(proxy.asked, ['registry.example:80']);
    });

    it('takes no credentials to a name that merely ends like this machine', async () => {
      for (const host of ['localhost.example.org', '127.0.0.1.example.org', 'evil.localhost', 'localhost.']) {
        assert.equal((await failure(client()(`http://${host}/a`, { headers: CREDENTIALS }))).code, 'http-plain', host);
      }
    });

    for (const host of ['127.0.0.1', 'localhost']) {
      it(`to ${host} takes credentials, past the proxy`, async () => {
        const wide = await listeningEverywhere();
        assert.equal((await client()(`http://${host}:${wide}/a`, { headers: CREDENTIALS })).status, 200);
        assert.deepEqual(proxy.asked, []);
      });
    }

    it('goes past the proxy where no_proxy says so', async () => {
      process.env.no_proxy = 'registry.invalid';
      await failure(client()('http://registry.invalid/a'));
      assert.deepEqual(proxy.asked, []);
    });

    it('to a proxy that is not there is unreached', async () => {
      await proxy.close();
      const error = await failure(client()('http://registry.example/a'));
      assert.deepEqual(classifyFailure(error), { kind: 'transient', certain: true });
    });
  });

  describe('https', () => {
    let authority: Authority;
    before(() => {
      authority = makeAuthority();
    });

    it('trusts the authorities given', async () => {
      const { url } = await serve({ tls: authority.server('127.0.0.1') });
      assert.equal((await client()(`${url}/a`, { tls: { ca: authority.ca }, accept: [404] })).status, 404);
      assert.equal((await failure(client()(`${url}/a`, { accept: [404] }))).code, 'http-unreached');
    });

    it('refuses the certificate of another name', async () => {
      const { url } = await serve({ tls: authority.server('other.example') });
      const error = await failure(client()(`${url}/a`, { tls: { ca: authority.ca } }));
      assert.equal(classifyFailure(error).kind, 'permanent');
    });

    it('shows a certificate of its own', async () => {
      const { url } = await serve({ tls: { ...authority.server('127.0.0.1'), ca: authority.ca } });
      const tls = { ca: authority.ca, ...authority.client('me') };
      assert.equal((await client()(`${url}/a`, { tls, accept: [404] })).status, 404);
      assert.equal((await failure(client()(`${url}/a`, { tls: { ca: authority.ca } }))).code, 'http-unreached');
    });

    it('shows it to no other origin', async () => {
      const other = await serve({ tls: { ...authority.server('127.0.0.1'), ca: authority.ca } });
      const { url } = await serve({
        tls: { ...authority.server('127.0.0.1'), ca: authority.ca },
        answer: () => ({ status: 302, headers: { location: `${other.url}/to` } }),
      });
      const error = await failure(client()(`${url}/from`, { tls: { ca: authority.ca, ...authority.client('me') } }));
      assert.equal(error.code, 'http-unreached');
      assert.equal(other.log().length, 0);
    });

    it('goes through a tunnel with its credentials', async () => {
      const server = await serve({ tls: authority.server('registry.example'), auth: { token: 'canary' } });
      const proxy = await startProxy(server.port);
      open.push(proxy);
      process.env.https_proxy = proxy.url;
      const headers = { authorization: 'Bearer canary' };
      const answer = await client()('https://registry.example/a', { method: 'PUT', body: 'x', headers, tls: { ca: authority.ca } });
      assert.equal(answer.status, 201);
      assert.deepEqual(proxy.asked, ['registry.example:443']);
    });

    it('is never left for http', async () => {
      const plain = await serve();
      const { url } = await serve({
        tls: authority.server('127.0.0.1'),
        answer: () => ({ status: 302, headers: { location: `${plain.url}/to?token=canary` } }),
      });
      const error = await failure(client()(`${url}/from`, { tls: { ca: authority.ca } }));
      assert.equal(error.code, 'http-downgrade');
      assert.doesNotMatch(error.message, /canary/);
      assert.equal(plain.log().length, 0);
    });
  });

  describe('time', () => {
    it('ends for an answer that does not begin', async () => {
      const { url } = await serve({ faults: () => ({ delay: 60_000 }) });
      const error = await failure(client()(`${url}/a`, { timeout: 100 }));
      assert.equal(error.code, 'http-unreached');
      assert.deepEqual(classifyFailure(error), { kind: 'transient', certain: false });
    });

    it('ends for an answer that stops', async () => {
      const server = createServer((_, response) => void response.writeHead(200, { 'content-length': '10' }).write('hello'));
      const error = await failure(client()(await listening(server), { timeout: 100 }));
      assert.deepEqual(classifyFailure(error), { kind: 'transient', certain: false });
    });

    it('does not end while bytes move', async () => {
      const server = createServer((_, response) => {
        const write = (left: number): void => {
          if (left === 0) response.end();
          else response.write('x', () => setTimeout(write, 200, left - 1));
        };
        write(12);
      });
      assert.equal((await client()(await listening(server), { timeout: 1000 })).bytes.length, 12);
    });

    for (const [what, options] of Object.entries({ 'before it is sent': 0, 'under way': 50 })) {
      it(`ends by abortion ${what}`, async () => {
        const { url } = await serve({ faults: () => ({ delay: 60_000 }) });
        const reason = new DistError('interrupted', 'Stopped');
        const controller = new AbortController();
        setTimeout(() => controller.abort(reason), options);
        if (options === 0) controller.abort(reason);
        assert.equal(await failure(client({ signal: controller.signal })(`${url}/a`)), reason);
      });
    }

    it('ends by the signal of one request', async () => {
      const { url } = await serve({ faults: ({ path }) => (path === '/slow' ? { delay: 60_000 } : undefined) });
      const http = client();
      await assert.rejects(http(`${url}/slow`, { signal: AbortSignal.timeout(50) }), { name: 'TimeoutError' });
      assert.equal((await http(`${url}/a`, { accept: [404] })).status, 404);
    });

    it('ends while a file is sent', async () => {
      const size = 50_000_000;
      const server = createTcpServer((socket) => void socket.on('error', () => {}).pause());
      const controller = new AbortController();
      setTimeout(() => controller.abort(new DistError('interrupted', 'Stopped')), 50);
      const body = { file: file('large', ''), size };
      truncateSync(body.file, size);
      const error = await failure(client({ signal: controller.signal })(await listening(server), { method: 'PUT', body }));
      assert.equal(error.code, 'interrupted');
    });
  });

  describe('a server out of order', () => {
    it('that refuses a body early is heard', async () => {
      const server = createServer((_, response) => void response.writeHead(413, { connection: 'close' }).end('too large'));
      const size = 20_000_000;
      const body = { file: file('refused', ''), size };
      truncateSync(body.file, size);
      const error = await failure(client()(await listening(server), { method: 'PUT', body }));
      assert.equal(error.data?.status, 413);
    });

    it('that is not there is unreached for certain', async () => {
      const { url, close } = await serve();
      await close();
      const error = await failure(client()(`${url}/a`));
      assert.deepEqual(classifyFailure(error), { kind: 'transient', certain: true });
    });

    it('that breaks the connection may have done it', async () => {
      const { url, objects } = await serve({ faults: () => ({ reset: 'after' }) });
      const error = await failure(client()(`${url}/a`, { method: 'PUT', body: 'x' }));
      assert.deepEqual(classifyFailure(error), { kind: 'transient', certain: false });
      assert.equal(objects().size, 1);
    });
  });

  async function listening(server: Server | ReturnType<typeof createTcpServer>): Promise<string> {
    const sockets = new Set<{ destroy: () => unknown }>();
    server.on('connection', (socket) => sockets.add(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open.push({
      close: () => {
        for (const socket of sockets) socket.destroy();
        return new Promise((resolve) => server.close(resolve));
      },
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async function listeningEverywhere(): Promise<number> {
    const server = createServer((_, response) => response.end());
    await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
    open.push({
      close: () => {
        server.closeAllConnections();
        server.close();
      },
    });
    return (server.address() as AddressInfo).port;
  }
});

describe('the time to wait', () => {
  const NOW = Date.UTC(2026, 0, 1);
  for (const [what, headers, expected] of [
    ['of no header', {}, undefined],
    ['in seconds', { 'retry-after': '3' }, 3000],
    ['until a date', { 'retry-after': 'Thu, 01 Jan 2026 00:00:10 GMT' }, 10_000],
    ['until a date that has passed', { 'retry-after': 'Wed, 31 Dec 2025 00:00:10 GMT' }, 0],
    ['that is nonsense', { 'retry-after': 'soon' }, undefined],
    ['that is negative', { 'retry-after': '-5' }, undefined],
    ['beyond all bounds', { 'retry-after': '9'.repeat(400) }, undefined],
    ['of a limit that is used up', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW / 1000 + 5) }, 5000],
    ['of a limit that is not', { 'x-ratelimit-remaining': '4', 'x-ratelimit-reset': String(NOW / 1000 + 5) }, undefined],
    ['of a limit without a time', { 'x-ratelimit-remaining': '0' }, undefined],
  ] as const) {
    it(`is ${expected} ${what}`, () => assert.equal(retryAfterOf(headers, NOW), expected));
  }
});
