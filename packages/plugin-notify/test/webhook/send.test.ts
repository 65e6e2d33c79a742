import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { Fault } from '@provisioning-dist/core/testing';
import { type Receiver, type ReceiverOptions, startReceiver } from '../receiver.ts';
import { MESSAGE, WebhookBench } from './webhook-bench.ts';

const BODY =
  '{"body":"## Grüße","date":"2023-11-14T22:13:20Z","id":"ID","links":[{"name":"acme.deb","url":"https://dl.example.org/acme.deb"}],' +
  '"name":"acme","product":"acme","title":"acme 1.2.0 is released","type":"release","urgent":false,"version":"1.2.0"}';

/** printf '%s' '["team","acme 1.2.0 release"]' | sha256sum | head -c 32 */
const ID = '7e00481565e7ba075d94a376a8684d94';

describe('webhook', () => {
  let bench: WebhookBench;
  let receiver: Receiver;
  beforeEach(() => {
    bench = new WebhookBench();
  });
  afterEach(async () => {
    bench.close();
    await receiver.server.close();
  });

  async function listen(options: ReceiverOptions = {}): Promise<string> {
    receiver = await startReceiver(options);
    return `${receiver.server.url}/hooks/T0k3nInThePath`;
  }

  it('sends the message as canonical JSON', async () => {
    const url = await listen();
    assert.deepEqual(await bench.tell({ url }), { state: 'done' });
    assert.deepEqual(receiver.messages, [BODY.replace('ID', ID)]);
  });

  it('signs the bytes of the body', async () => {
    const url = await listen({ secret: 'hmac-key-é' });
    bench.env = { KEY: 'hmac-key-é' };
    assert.equal((await bench.tell({ url, secret: { env: 'KEY' } })).state, 'done');
    assert.equal(receiver.messages.length, 1);
  });

  it('signs into the header asked for', async () => {
    const url = await listen({ secret: 'hmac-key', signatureHeader: 'x-hub-signature-256' });
    bench.env = { KEY: 'hmac-key' };
    assert.equal((await bench.tell({ url, secret: { env: 'KEY' }, signatureHeader: 'X-Hub-Signature-256' })).state, 'done');
  });

  it('is refused with another secret', async () => {
    const url = await listen({ secret: 'hmac-key' });
    bench.env = { KEY: 'hmac-kez' };
    const { state, error } = await bench.tell({ url, secret: { env: 'KEY' } });
    assert.equal(state, 'failed');
    assert.match(error?.message ?? '', /^Cannot send to 127\.0\.0\.1:\d+: it answered 401 \(bad signature\)$/);
    assert.deepEqual(receiver.messages, []);
  });

  it('sends headers, method and id', async () => {
    const url = await listen();
    bench.env = { TOKEN: 'abc-123-secret' };
    await bench.tell({ url, method: 'PUT', headers: { 'X-Team': 'ops', 'X-Token': { env: 'TOKEN' } } });
    const [{ method, headers } = { method: '', headers: {} as Record<string, string> }] = receiver.server.log();
    const { 'x-team': team, 'x-token': token, 'content-type': type, 'idempotency-key': id } = headers;
    assert.deepEqual({ method, team, token, type, id }, { method: 'PUT', team: 'ops', token: 'abc-123-secret', type: 'application/json', id: ID });
  });

  it('gives every type an id of its own', async () => {
    const url = await listen();
    await bench.tell({ url });
    await bench.tell({ url }, { ...MESSAGE, type: 'rollback' });
    assert.equal(receiver.messages.length, 2);
    assert.deepEqual(receiver.repeated, []);
  });

  it('is not sent twice', async () => {
    const url = await listen();
    await bench.tell({ url });
    assert.equal((await bench.tell({ url }, MESSAGE)).state, 'known');
    assert.equal(receiver.server.log().length, 1);
  });

  /** What goes wrong first, and how often it is asked altogether. */
  const CERTAIN: Readonly<Record<string, readonly [fault: Fault, waits: readonly number[]]>> = {
    'too many requests': [{ status: 429, headers: { 'retry-after': '7' } }, [7000]],
    'a server that says when to come back': [{ status: 503, headers: { 'retry-after': '2' } }, [2000]],
  };

  for (const [what, [fault, waits]] of Object.entries(CERTAIN)) {
    it(`goes out after ${what}`, async () => {
      const url = await listen({ faults: [fault] });
      assert.equal((await bench.tell({ url })).state, 'done');
      assert.deepEqual(bench.waits, waits);
      assert.equal(receiver.messages.length, 1);
    });
  }

  const DOUBTFUL: Readonly<Record<string, Fault>> = {
    'a reset before it was read': { reset: 'before' },
    'a reset after it was read': { reset: 'after' },
    'an error of the server': { status: 500, stored: true },
    'an unreadable answer': { truncate: 1 },
    silence: { delay: 5000 },
    'a redirect': { status: 307, headers: { location: '/elsewhere' } },
  };

  for (const [what, fault] of Object.entries(DOUBTFUL)) {
    it(`is never repeated after ${what}`, async () => {
      const url = await listen({ faults: [fault] });
      assert.equal((await bench.tell({ url, timeout: '100ms' })).state, 'failed');
      assert.equal((await bench.tell({ url, timeout: '100ms' })).state, 'doubt');
      assert.equal(receiver.server.log().length, 1);
    }).timeout(10_000);
  }

  for (const status of [400, 404, 410, 413]) {
    it(`may be sent later after ${status}`, async () => {
      const url = await listen({ faults: [{ status }] });
      assert.equal((await bench.tell({ url })).state, 'failed');
      assert.equal((await bench.tell({ url })).state, 'done');
      assert.equal(receiver.messages.length, 1);
    });
  }

  it('is tried again where nobody listens', async () => {
    const url = await listen();
    await receiver.server.close();
    const { state, error } = await bench.tell({ url });
    assert.equal(state, 'failed');
    assert.match(error?.message ?? '', /^Cannot send to 127\.0\.0\.1:\d+: connect ECONNREFUSED/);
    assert.equal(bench.waits.length, 5);
  });

  it('keeps address and secrets to itself', async () => {
    const url = await listen({
      faults: [{ status: 404, body: 'no such page: /hooks/T0k3nInThePath?key=Qu3ryT0ken, T0k3nInThePath, Qu3ryT0ken' }, { reset: 'before' }],
    });
    bench.env = { URL: `${url}?key=Qu3ryT0ken`, KEY: 'hmac-key-value', TOKEN: 'header-token-value' };
    const written = { url: { env: 'URL' }, secret: { env: 'KEY' }, headers: { 'X-Token': { env: 'TOKEN' } } };
    const failures = [await bench.tell(written), await bench.tell(written)];
    assert.equal(receiver.server.log().length, 2);
    const said = `${inspect(failures, { depth: 10, showHidden: true })}${bench.journalText()}`;
    assert.doesNotMatch(said, /T0k3nInThePath|Qu3ryT0ken|hmac-key-value|header-token-value/);
    assert.match(said, /it answered 404 \(no such page: \*\*\*/);
  });

  it('keeps the beginning of a cut path to itself', async () => {
    const url = await listen({ faults: [{ status: 404, body: `${'x'.repeat(288)}/hooks/T0k3nInThePath` }] });
    const { error } = await bench.tell({ url });
    assert.match(error?.message ?? '', /x\/\*\*\*\/\)$/);
  });
});
