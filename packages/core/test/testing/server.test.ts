import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { faults } from '../../src/testing/faults.ts';
import { startServer, type TestServer, type TestServerOptions } from '../../src/testing/server.ts';

const HELLO = createHash('sha256').update('hello').digest();

describe('the test server', () => {
  let server: TestServer | undefined;
  afterEach(() => server?.close());

  async function open(options?: TestServerOptions): Promise<TestServer> {
    server = await startServer(options);
    return server;
  }

  function ask(path: string, init?: RequestInit): Promise<Response> {
    return fetch(`${server?.url}${path}`, init);
  }

  function put(path: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
    return ask(path, { method: 'PUT', body, headers });
  }

  async function statuses(answers: readonly Promise<Response>[]): Promise<readonly number[]> {
    return (await Promise.all(answers)).map(({ status }) => status);
  }

  it('gives back what was put', async () => {
    await open();
    assert.equal((await put('/a/b', 'hello', { 'content-type': 'text/x-test' })).status, 201);
    const found = await ask('/a/b');
    assert.equal(await found.text(), 'hello');
    assert.equal(found.headers.get('content-type'), 'text/x-test');
    assert.equal(found.headers.get('etag'), `"${HELLO.toString('hex')}"`);
    assert.equal(found.headers.get('content-digest'), `sha-256=:${HELLO.toString('base64')}:`);
  });

  it('says what is not there', async () => {
    await open();
    assert.equal((await ask('/nothing')).status, 404);
    assert.equal((await ask('/nothing', { method: 'DELETE' })).status, 404);
  });

  it('describes without a body', async () => {
    const { set } = await open();
    set('/a', 'hello');
    const found = await ask('/a', { method: 'HEAD' });
    assert.equal(found.headers.get('content-length'), '5');
    assert.equal(await found.text(), '');
  });

  it('gives the range that is asked for', async () => {
    const { set } = await open();
    set('/a', 'hello');
    const found = await ask('/a', { headers: { range: 'bytes=1-3' } });
    assert.equal(found.status, 206);
    assert.equal(found.headers.get('content-range'), 'bytes 1-3/5');
    assert.equal(await found.text(), 'ell');
  });

  it('creates only what is absent when asked', async () => {
    const { objects } = await open();
    assert.equal((await put('/a', 'one', { 'if-none-match': '*' })).status, 201);
    assert.equal((await put('/a', 'two', { 'if-none-match': '*' })).status, 412);
    assert.equal(Buffer.from(objects().get('/a')?.bytes ?? []).toString(), 'one');
  });

  it('replaces only what is expected', async () => {
    const { set } = await open();
    set('/a', 'hello');
    assert.equal((await put('/a', 'x', { 'if-match': '"other"' })).status, 412);
    assert.equal((await put('/a', 'x', { 'if-match': `"${HELLO.toString('hex')}"` })).status, 204);
    assert.equal((await put('/b', 'x', { 'if-match': '*' })).status, 412);
  });

  it('removes only what is expected', async () => {
    const { set, objects } = await open();
    set('/a', 'hello');
    assert.equal((await ask('/a', { method: 'DELETE', headers: { 'if-match': '"other"' } })).status, 412);
    assert.equal((await ask('/a', { method: 'DELETE' })).status, 204);
    assert.equal(objects().size, 0);
  });

  it('refuses bytes of another digest', async () => {
    const { objects } = await open();
    assert.equal((await put('/a', 'hullo', { 'content-digest': `sha-256=:${HELLO.toString('base64')}:` })).status, 400);
    assert.equal(objects().size, 0);
  });

  it('has one hash for all objects', async () => {
    const { set, digest } = await open();
    const empty = digest();
    set('/a', 'x');
    set('/b', 'y');
    const both = digest();
    set('/b', undefined);
    set('/a', undefined);
    assert.equal(digest(), empty);
    set('/b', 'y');
    set('/a', 'x');
    assert.equal(digest(), both);
  });

  it('notes requests without credentials', async () => {
    const { log, unsafe } = await open();
    await put('/a?b=c', 'hello', { authorization: 'Bearer canary' });
    await ask('/a');
    assert.deepEqual(
      log().map(({ method, path, search, status }) => `${method} ${path} ${search} ${status}`),
      ['PUT /a ?b=c 201', 'GET /a  200'],
    );
    assert.equal(unsafe().length, 1);
    assert.equal(log()[0]?.sha256, HELLO.toString('hex'));
    assert.doesNotMatch(JSON.stringify(log()), /canary/);
  });

  it('lets in who has the password', async () => {
    await open({ auth: { user: 'me', password: 'pass:word' } });
    const headers = { authorization: `Basic ${Buffer.from('me:pass:word').toString('base64')}` };
    assert.deepEqual(await statuses([ask('/a'), ask('/a', { headers }), put('/a', 'x')]), [401, 404, 401]);
  });

  it('lets everybody read when only changes are protected', async () => {
    await open({ auth: { token: 'secret', for: 'unsafe' } });
    assert.deepEqual(await statuses([ask('/a'), put('/a', 'x'), put('/b', 'x', { authorization: 'Bearer secret' })]), [404, 401, 201]);
  });

  it('answers what it is told, stored or not', async () => {
    const { objects } = await open({ faults: (_, index) => ({ status: 500, stored: index === 1, body: 'broken' }) });
    assert.equal(await (await put('/a', 'x')).text(), 'broken');
    assert.equal(objects().size, 0);
    await put('/a', 'x');
    assert.equal(objects().size, 1);
  });

  it('breaks the connection before or after', async () => {
    const { objects, log } = await open({ faults: ({ path }) => ({ reset: path === '/a' ? 'before' : 'after' }) });
    await assert.rejects(put('/a', 'x'));
    await assert.rejects(put('/b', 'x'));
    assert.deepEqual([...objects().keys()], ['/b']);
    assert.deepEqual(
      log().map(({ status }) => status),
      [undefined, undefined],
    );
  });

  it('cuts an answer short', async () => {
    const { set } = await open({ faults: () => ({ truncate: 2 }) });
    set('/a', 'hello');
    const found = await ask('/a');
    assert.equal(found.headers.get('content-length'), '5');
    await assert.rejects(found.text());
  });

  it('stores nothing of a body cut short', async () => {
    const { port, objects, log } = await open();
    const socket = connect(port, '127.0.0.1').setEncoding('utf8');
    socket.end('PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhel');
    await new Promise((resolve) => socket.on('close', resolve).resume());
    assert.equal(objects().size, 0);
    assert.equal(log().length, 1);
  });

  it('ends every connection at once', async () => {
    const { close } = await open({ faults: () => ({ delay: 60_000 }) });
    const hanging = assert.rejects(ask('/a'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await close();
    await hanging;
  });
});

describe('a mix of faults', () => {
  const asked = Array.from({ length: 2000 }, (_, index) => ({ method: 'PUT', path: `/${index}` }));
  function mix(seed: number, rate: number) {
    const script = faults(seed, rate);
    return asked.map((request, index) => script(request, index));
  }

  it('is the same for a seed', () => assert.deepEqual(mix(1, 0.3), mix(1, 0.3)));

  it('is another one for another seed', () => assert.notDeepEqual(mix(1, 0.3), mix(2, 0.3)));

  it('comes at the given rate', () => {
    const count = mix(7, 0.05).filter(Boolean).length;
    assert.ok(count > 60 && count < 140, String(count));
  });

  it('does not depend on the order of requests', () => {
    const [forth, back] = [faults(3, 0.5), faults(3, 0.5)];
    const there = asked.map((request, index) => forth(request, index));
    assert.deepEqual(
      asked.toReversed().map((request, index) => back(request, index)),
      there.toReversed(),
    );
  });

  it('lets a request through in the end', () => {
    const script = faults(5, 1);
    const answers = Array.from({ length: 8 }, (_, index) => script({ method: 'GET', path: '/a' }, index) === undefined);
    assert.deepEqual(answers, [false, false, false, true, false, false, false, true]);
  });
});
