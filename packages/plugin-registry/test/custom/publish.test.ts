import assert from 'node:assert/strict';
import type { FaultScript } from '@provisioning-dist/core/testing';
import { custom } from '../../src/custom/registry.ts';
import { CustomBench, sha256Of } from './custom-bench.ts';

const POINTER = { url: '/{name}/{tag}.json' };

describe('custom registry', () => {
  let bench: CustomBench;
  beforeEach(async () => {
    bench = await CustomBench.open();
    configure({});
    bench.prepare();
  });
  afterEach(() => bench.close());

  function configure(more: object): void {
    bench.configure({ pointer: { url: bench.base + POINTER.url }, delete: {}, ...more });
  }

  it('sends artifacts, then points to them', async () => {
    await bench.publish();
    const manifest = `${bench.base}/acme/1.2.0/release.json`;
    assert.deepEqual(bench.seen(), {
      '/acme/1.2.0/a.tar.gz': 'archive of 1.2.0',
      '/acme/1.2.0/release.json': '{"name":"acme","version":"1.2.0","date":1700000000,"commit":"c0ffee"}',
      '/acme/latest.json': `{\n  "name": "acme",\n  "version": "1.2.0",\n  "commit": "c0ffee",\n  "date": "2023-11-14T22:13:20.000Z",\n  "manifest": "${manifest}"\n}\n`,
    });
    assert.equal(bench.changes().at(-1), 'PUT /acme/latest.json 201');
  });

  it('keeps the journal where an address says', () => {
    assert.equal(custom.record?.can?.(bench.job().options), false);
    configure({ journal: `${bench.base}/{version}/journal` });
    assert.equal(custom.record?.can?.(bench.job().options), true);
  });

  it('changes nothing the second time', async () => {
    await bench.publish();
    const before = bench.changes();
    await bench.publish();
    await bench.forget();
    await bench.publish();
    assert.deepEqual(bench.changes(), before);
  });

  it('undoes a release without a trace', async () => {
    await bench.publish();
    await bench.undo();
    assert.deepEqual(bench.seen(), {});
    await bench.undo();
    assert.deepEqual(bench.seen(), {});
  });

  it('undoes a release over an older one byte by byte', async () => {
    bench.prepare('1.1.0');
    await bench.publish();
    const before = bench.server.digest();
    bench.prepare('1.2.0');
    await bench.publish();
    assert.notEqual(bench.server.digest(), before);
    await bench.undo();
    assert.equal(bench.server.digest(), before);
  });

  it('sends by POST as well', async () => {
    const posted: string[] = [];
    const other = await CustomBench.open({
      answer: ({ method, path }) => (method === 'POST' ? { status: posted.push(path) > 0 ? 201 : 500 } : undefined),
    });
    try {
      other.configure({ method: 'POST' });
      other.file('a.tar.gz', 'archive');
      await other.publish();
      assert.deepEqual(posted, ['/acme/1.2.0/a.tar.gz']);
    } finally {
      await other.close();
    }
  });

  it('tells checksums in every way', async () => {
    configure({ digest: true, checksumHeaders: { 'X-Checksum-Sha256': '{sha256}', 'x-size': '{size}' }, headers: { 'x-tenant': 'acme' } });
    await bench.publish();
    const { headers } = bench.server.unsafe()[0] ?? assert.fail();
    const sha256 = sha256Of('archive of 1.2.0');
    const field = `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`;
    assert.deepEqual(
      ['x-checksum-sha256', 'content-digest', 'repr-digest', 'x-size', 'x-tenant'].map((name) => headers[name]),
      [sha256, field, field, '16', 'acme'],
    );
  });

  it('drops a part of the address that has no value', async () => {
    configure({ url: `${bench.base}/{version}/{platform}/{variant}-{artifact}?p={platform}` });
    bench.artifacts.length = 0;
    bench.file('a.tar.gz', 'one', { platform: 'linux-amd64', variant: 'mini' });
    bench.file('b.tar.gz', 'two');
    await bench.publish();
    assert.deepEqual(
      bench.server
        .unsafe()
        .map(({ path, search }) => path + search)
        .slice(0, 2)
        .toSorted(),
      ['/1.2.0/-b.tar.gz?p=', '/1.2.0/linux-amd64/mini-a.tar.gz?p=linux-amd64'],
    );
  });

  it('sends only what is chosen', async () => {
    configure({ artifacts: ['deb', 'manifest'] });
    bench.file('a.deb', 'deb', { format: 'deb', kind: 'package' });
    await bench.publish();
    assert.deepEqual(Object.keys(bench.seen()).toSorted(), ['/acme/1.2.0/a.deb', '/acme/1.2.0/release.json', '/acme/latest.json']);
    configure({ artifacts: ['rpm'] });
    await assert.rejects(bench.publish(), { code: 'nothing-chosen' });
  });

  it('refuses folders', async () => {
    bench.file('tree', '', { type: 'layout' });
    await assert.rejects(bench.publish(), { code: 'layout-unsupported' });
    assert.deepEqual(bench.changes(), []);
  });

  it('refuses other bytes under a published name', async () => {
    bench.server.set('/acme/1.2.0/a.tar.gz', 'ARCHIVE of 1.2.0');
    const found = `sha256 ${sha256Of('ARCHIVE of 1.2.0')}`;
    await assert.rejects(bench.publish(), { code: 'object-differs', data: { found, wanted: sha256Of('archive of 1.2.0') } });
    assert.equal(bench.seen()['/acme/1.2.0/a.tar.gz'], 'ARCHIVE of 1.2.0');
  });

  it('leaves alone on the way back what somebody changed', async () => {
    await bench.publish();
    bench.server.set('/acme/1.2.0/a.tar.gz', 'theirs');
    await assert.rejects(bench.undo(), { code: 'object-changed' });
    assert.equal(bench.seen()['/acme/1.2.0/a.tar.gz'], 'theirs');
  });

  it('says what to do where nothing can be deleted', async () => {
    configure({ delete: undefined, pointer: undefined });
    await bench.publish();
    await assert.rejects(bench.undo(), { code: 'cannot-delete', hint: /by hand/ });
  });

  it('deletes at another address', async () => {
    configure({ pointer: undefined, delete: { method: 'DELETE', url: `${bench.base}/trash/{version}/{sha256}` } });
    await bench.publish();
    await bench.undo();
    const deleted = bench.changes().filter((change) => change.startsWith('DELETE'));
    assert.ok(deleted.includes(`DELETE /trash/1.2.0/${sha256Of('archive of 1.2.0')} 404`));
  });

  describe('with faults', () => {
    const FAULTS: Record<string, FaultScript> = {
      'a connection dropped before storing': ({ method }, index) => (method === 'PUT' && index < 6 ? { reset: 'before' } : undefined),
      'a connection dropped after storing': ({ method }, index) => (method === 'PUT' && index < 6 ? { reset: 'after' } : undefined),
      '500 before storing': ({ method }, index) => (method === 'PUT' && index < 6 ? { status: 500 } : undefined),
      '500 after storing': ({ method }, index) => (method === 'PUT' && index < 6 ? { status: 500, stored: true } : undefined),
      '502 for questions': ({ method }, index) => (method === 'HEAD' && index < 4 ? { status: 502 } : undefined),
      '429 with Retry-After': (_, index) => (index < 3 ? { status: 429, headers: { 'retry-after': '0' } } : undefined),
      'a slow server': (_, index) => (index < 4 ? { delay: 50 } : undefined),
    };
    for (const [name, script] of Object.entries(FAULTS)) {
      for (const conditional of [true, false]) {
        it(`gets through ${name}${conditional ? ', conditionally' : ''}`, async () => {
          configure({ conditional });
          await bench.publish();
          const whole = bench.server.digest();
          await bench.undo();
          await bench.forget();
          const asked = bench.server.log().length;
          bench.server.fail((request, index) => script(request, index - asked));
          await bench.publish();
          assert.equal(bench.server.digest(), whole);
        });
      }
    }

    it('sends nothing twice that was stored', async () => {
      bench.server.fail(({ method }, index) => (method === 'PUT' && index < 8 ? { reset: 'after' } : undefined));
      await bench.publish();
      const sent = bench.server.unsafe().map(({ path }) => path);
      assert.deepEqual(sent, [...new Set(sent)]);
    });

    it('takes a refusal for what it finds', async () => {
      configure({ conditional: true, pointer: undefined });
      bench.artifacts.length = 1;
      await assert.doesNotReject(between('archive of 1.2.0'));
      bench.server.set('/acme/1.2.0/a.tar.gz', undefined);
      await bench.forget();
      await assert.rejects(between('theirs'), { code: 'object-differs' });
      assert.equal(bench.seen()['/acme/1.2.0/a.tar.gz'], 'theirs');
    });

    /** Somebody else stores it after we looked and before we send. */
    async function between(content: string): Promise<void> {
      bench.server.fail(({ method }) => {
        if (method === 'PUT') bench.server.set('/acme/1.2.0/a.tar.gz', content);
        return undefined;
      });
      await bench.publish();
    }

    for (const [status, code, hint] of [
      [401, 'http-status', /"auth"/],
      [403, 'http-status', /credentials may do/],
      [404, 'http-status', /"url"/],
      [405, 'http-status', /method/],
      [409, 'http-status', /conflict/],
      [413, 'http-status', /size/],
      [507, 'http-status', /room/],
    ] as const) {
      it(`explains ${status} and asks once`, async () => {
        bench.artifacts.length = 1;
        bench.server.fail(({ method }) => (method === 'PUT' ? { status, body: 'no' } : undefined));
        await assert.rejects(bench.publish(), { code, hint, message: new RegExp(`answered ${status} \\(no\\)`) });
        assert.equal(bench.changes().length, 1);
      });
    }

    it('sends nothing where a redirect leads', async () => {
      bench.artifacts.length = 1;
      bench.server.fail(({ method }) => (method === 'PUT' ? { status: 307, headers: { location: 'https://other.example/x?token=1' } } : undefined));
      await assert.rejects(bench.publish(), { code: 'redirected', message: /sends us on to https:\/\/other\.example\/x$/ });
    });
  });

  describe('probe', () => {
    async function servedBy(headers: Record<string, string>, content: string, probe: object = {}): Promise<CustomBench> {
      const other = await CustomBench.open({
        answer: ({ method, path }) => {
          if (path !== '/acme/1.2.0/a.tar.gz' || (method !== 'GET' && method !== 'HEAD')) return undefined;
          return { status: 200, headers, body: content };
        },
      });
      other.configure({ probe });
      other.file('a.tar.gz', 'archive');
      return other;
    }

    const right = sha256Of('archive');
    const wrong = sha256Of('ARCHIVE');
    for (const [name, headers] of Object.entries({
      'a header of its own': { 'x-checksum-sha256': right.toUpperCase() },
      'Repr-Digest': { 'repr-digest': `sha-512=:AAAA:, sha-256=:${Buffer.from(right, 'hex').toString('base64')}:` },
      Digest: { digest: `SHA-256=${Buffer.from(right, 'hex').toString('base64')}` },
      ETag: { etag: `"${right}"` },
    })) {
      it(`believes ${name}`, async () => {
        // What a GET would give is other bytes: they are not asked for.
        const other = await servedBy(headers, 'XXXXXXX');
        await other.publish().finally(() => other.close());
        assert.deepEqual(other.changes(), []);
        assert.deepEqual(
          other.server.log().map(({ method }) => method),
          ['HEAD'],
        );
      });
    }

    it('asks the header that is named', async () => {
      const other = await servedBy({ 'x-sum': `sha256:${wrong}` }, 'archive', { header: 'X-Sum' });
      await assert.rejects(other.publish(), { code: 'object-differs' });
      await other.close();
    });

    it('never believes the size alone', async () => {
      const other = await servedBy({}, 'ARCHIVE');
      await assert.rejects(other.publish(), { code: 'object-differs', data: { found: `sha256 ${wrong}`, wanted: right } });
      await other.close();
    });

    it('reads the content once to be sure', async () => {
      const other = await servedBy({ etag: 'W/"1"' }, 'archive');
      await other.publish().finally(() => other.close());
      assert.deepEqual(
        other.server.log().map(({ method }) => method),
        ['HEAD', 'GET'],
      );
    });

    it('leaves alone what is too long to be read', async () => {
      const other = await servedBy({}, 'archive', { limit: 3 });
      await assert.rejects(other.publish(), { code: 'object-unknown', hint: /probe\.limit/ });
      assert.deepEqual(other.changes(), []);
      await other.close();
    });

    it('reads what it began itself, however long', async () => {
      let puts = 0;
      const other = await CustomBench.open({
        answer: ({ method }) =>
          method === 'PUT'
            ? { status: ++puts > 0 ? 500 : 201 }
            : method === 'HEAD' && puts === 0
              ? { status: 404 }
              : { status: 200, body: 'archive' },
      });
      other.configure({ probe: { limit: 3 } });
      other.file('a.tar.gz', 'archive');
      await other.publish().finally(() => other.close());
      assert.equal(puts, 1);
    });

    it('sends what is not there, however long', async () => {
      configure({ probe: { limit: 3, method: 'GET' } });
      await bench.publish();
      assert.equal(Object.keys(bench.seen()).length, 3);
    });

    it('believes no length of what is packed', async () => {
      const other = await servedBy({ 'content-encoding': 'gzip' }, 'arc');
      await assert.rejects(other.publish(), { code: 'object-differs' });
      assert.deepEqual(
        other.server.log().map(({ method }) => method),
        ['HEAD', 'GET'],
      );
      await other.close();
    });

    it('reads where HEAD is not known', async () => {
      bench.server.fail(({ method }) => (method === 'HEAD' ? { status: 405 } : undefined));
      await bench.publish();
      await bench.forget();
      const before = bench.changes();
      await bench.publish();
      assert.deepEqual(bench.changes(), before);
    });

    it('can be left out', async () => {
      configure({ probe: false, pointer: undefined });
      await bench.publish();
      assert.deepEqual(new Set(bench.server.log().map(({ method }) => method)), new Set(['PUT']));
    });
  });
});
