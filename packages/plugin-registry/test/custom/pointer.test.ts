import assert from 'node:assert/strict';
import { custom } from '../../src/custom/registry.ts';
import { CustomBench } from './custom-bench.ts';

describe('pointer of the custom registry', () => {
  let bench: CustomBench;
  beforeEach(async () => {
    bench = await CustomBench.open();
    configure({});
    bench.prepare();
  });
  afterEach(() => bench.close());

  function configure({
    pointer = {},
    ...more
  }: {
    readonly pointer?: object;
    readonly public?: boolean;
    readonly conditional?: boolean;
    readonly delete?: object | undefined;
  }): void {
    bench.configure({ delete: {}, pointer: { url: `${bench.base}/latest`, body: '{version}\n', contentType: 'text/plain', ...pointer }, ...more });
  }

  function pointer(): string | undefined {
    return bench.seen()['/latest'];
  }

  async function publish(version: string): Promise<void> {
    bench.prepare(version);
    await bench.publish();
  }

  it('says the version and nothing else', async () => {
    await bench.publish();
    assert.equal(pointer(), '1.2.0\n');
    assert.equal(await custom.current?.(bench.job()), '1.2.0');
    assert.equal(bench.server.objects().get('/latest')?.contentType, 'text/plain');
  });

  for (const [name, body, text] of [
    ['JSON by hand', '{{ "v": "{version}" }}', '{ "v": "1.2.0" }'],
    ['members', { tag: 'v{version}', newest: '{version}' }, '{\n  "tag": "v1.2.0",\n  "newest": "1.2.0"\n}\n'],
    ['lines', 'name={name}\nversion={version}\ndate={date}\n', 'name=acme\nversion=1.2.0\ndate=2023-11-14T22:13:20.000Z\n'],
  ] as const) {
    it(`is read again as ${name}`, async () => {
      configure({ pointer: { body } });
      await bench.publish();
      assert.equal(pointer(), text);
      assert.equal(await custom.current?.(bench.job()), '1.2.0');
    });
  }

  it('never goes back', async () => {
    await publish('1.10.0');
    await publish('1.9.0');
    assert.equal(pointer(), '1.10.0\n');
    assert.equal(bench.seen()['/acme/1.9.0/a.tar.gz'], 'archive of 1.9.0');
  });

  it('never goes back, later either', async () => {
    // A later version comes while this one waits between its look and its turn.
    const read = bench.server.log().length;
    bench.server.fail(({ method, path }, index) => {
      if (method === 'GET' && path === '/latest' && index > read + 1 && pointer() === undefined) bench.server.set('/latest', '1.3.0\n');
      return undefined;
    });
    await bench.publish();
    assert.equal(pointer(), '1.3.0\n');
    await bench.undo();
    assert.equal(pointer(), '1.3.0\n');
  });

  it('is not moved by a pre-release without one of its own', async () => {
    await publish('1.2.0');
    await publish('1.3.0-rc.1');
    assert.equal(pointer(), '1.2.0\n');
    configure({ pointer: { url: `${bench.base}/{tag}` } });
    await bench.publish();
    assert.deepEqual([pointer(), bench.seen()['/rc']], ['1.2.0\n', '1.3.0-rc.1\n']);
  });

  it('is left alone when somebody moved it between', async () => {
    await publish('1.1.0');
    bench.prepare('1.2.0');
    bench.server.fail(({ method, path }) => {
      if (method === 'PUT' && path === '/latest') bench.server.set('/latest', '1.1.5\n');
      return undefined;
    });
    await assert.rejects(bench.publish(), { code: 'pointer-moved', message: /^Cannot move/ });
    assert.equal(pointer(), '1.1.5\n');
  });

  it('is left alone by servers without ETags as well', async () => {
    await publish('1.1.0');
    bench.prepare('1.2.0');
    let reads = 0;
    bench.server.fail(({ method, path }) => {
      if (method !== 'GET' || path !== '/latest') return undefined;
      reads += 1;
      if (reads === 4) bench.server.set('/latest', '1.1.5\n');
      return { headers: { etag: '' } };
    });
    await assert.rejects(bench.publish(), { code: 'pointer-moved' });
    assert.equal(pointer(), '1.1.5\n');
  });

  it('is not put back over what somebody wrote', async () => {
    await publish('1.2.0');
    bench.server.set('/latest', '1.2.1\n');
    await assert.rejects(bench.undo(), { code: 'pointer-moved', message: /^Cannot put back/ });
    assert.equal(pointer(), '1.2.1\n');
  });

  it('is put back with its type', async () => {
    bench.server.set('/latest', '1.1.0 by hand');
    await bench.publish();
    await bench.undo();
    assert.equal(pointer(), '1.1.0 by hand');
  });

  it('is not put back to what is gone', async () => {
    await publish('1.1.0');
    await publish('1.2.0');
    bench.server.set('/acme/1.1.0/release.json', undefined);
    await assert.rejects(bench.undo(), {
      code: 'pointer-target-gone',
      message: `Cannot put ${bench.base}/latest back to 1.1.0: ${bench.base}/acme/1.1.0/release.json is not there any more`,
    });
    assert.equal(pointer(), '1.2.0\n');
  });

  it('is put back to what it never sent a record of', async () => {
    bench.server.set('/latest', '1.1.0\n');
    bench.artifacts.length = 0;
    bench.file('a.tar.gz', 'alone');
    await bench.publish();
    await bench.undo();
    assert.equal(pointer(), '1.1.0\n');
  });

  it('is not replaced where it could not be put back', async () => {
    bench.server.set('/latest', Buffer.from([0xff, 0xfe]));
    await assert.rejects(bench.publish(), { code: 'pointer-unreadable' });
  });

  for (const stored of [true, false]) {
    it(`survives 500 ${stored ? 'after' : 'before'} storing`, async () => {
      await publish('1.1.0');
      const before = bench.server.digest();
      bench.prepare('1.2.0');
      let failed = 0;
      bench.server.fail(({ method, path }) => (method === 'PUT' && path === '/latest' && failed++ === 0 ? { status: 500, stored } : undefined));
      await bench.publish();
      assert.equal(pointer(), '1.2.0\n');
      bench.server.fail(undefined);
      await bench.undo();
      assert.equal(bench.server.digest(), before);
    });
  }

  it('is moved although the first look at it fails', async () => {
    let looks = 0;
    bench.server.fail(({ method, path }) => (method === 'GET' && path === '/latest' && ++looks < 3 ? { reset: 'before' } : undefined));
    await bench.publish();
    assert.equal(pointer(), '1.2.0\n');
  });

  it('creates only what is not there, conditionally', async () => {
    configure({ conditional: true });
    await bench.publish();
    const put = bench.server.unsafe().find(({ path }) => path === '/latest');
    assert.equal(put?.headers['if-none-match'], '*');
  });

  describe('retarget', () => {
    beforeEach(async () => {
      await publish('1.1.0');
      await publish('1.2.0');
    });

    it('points back, and back again', async () => {
      await bench.rollback('1.1.0');
      assert.equal(pointer(), '1.1.0\n');
      const before = bench.changes();
      await bench.rollback('1.1.0');
      assert.deepEqual(bench.changes(), before);
    });

    it('gives the bytes of that release', async () => {
      configure({ pointer: { url: `${bench.base}/full.json`, body: undefined } });
      await publish('1.1.0');
      const before = bench.seen()['/full.json'];
      await publish('1.2.0');
      await bench.rollback('1.1.0');
      assert.equal(bench.seen()['/full.json'], before);
    });

    for (const [version, state] of [
      ['1.0.0', 'its release.json is not there'],
      ['2.0.0-rc.1', 'the pointer does not name such versions'],
      ['../1.1.0', 'it is no version'],
    ] as const) {
      it(`refuses ${version}`, async () => {
        await assert.rejects(bench.rollback(version), { code: 'version-absent', message: `Cannot point clients to "${version}": ${state}` });
        assert.equal(pointer(), '1.2.0\n');
      });
    }

    it('leaves a pointer alone that somebody moved, and says so', async () => {
      bench.server.set('/latest', '1.3.0\n');
      await assert.rejects(bench.rollback('1.1.0'), {
        code: 'pointer-elsewhere',
        message: /back: it names 1\.3\.0, not 1\.2\.0, and is left alone$/,
      });
      assert.equal(pointer(), '1.3.0\n');
    });
  });

  describe('verify', () => {
    async function codes(): Promise<readonly string[]> {
      return ((await custom.verify?.(bench.job(true))) ?? []).map(({ level, code }) => `${level} ${code}`);
    }
    beforeEach(() => bench.publish());

    it('is content with what was published', async () => {
      assert.deepEqual(await codes(), []);
    });

    it('is content with a later pointer', async () => {
      bench.server.set('/latest', '1.2.1\n');
      assert.deepEqual(await codes(), []);
    });

    it('sees what is missing, other and behind', async () => {
      bench.server.set('/acme/1.2.0/a.tar.gz', 'ARCHIVE of 1.2.0');
      bench.server.set('/acme/1.2.0/release.json', undefined);
      bench.server.set('/latest', '1.1.0\n');
      assert.deepEqual(await codes(), ['error artifact-differs', 'error artifact-missing', 'error pointer-behind']);
      bench.server.set('/acme/1.2.0/a.tar.gz', 'archive of 1.2.0 and more');
      bench.server.set('/latest', undefined);
      assert.deepEqual(await codes(), ['error artifact-differs', 'error artifact-missing', 'error pointer-missing']);
    });
  });

  it('is verified without credentials for the public', async () => {
    bench.configure({ public: true, auth: { bearer: { env: 'TOKEN' } }, headers: { 'x-tenant': 'acme' } });
    await bench.publish();
    const asked = bench.server.log().length;
    assert.deepEqual(await custom.verify?.(bench.job(true)), []);
    const reads = bench.server.log().slice(asked);
    assert.equal(reads.length, 2);
    assert.ok(reads.every(({ headers }) => headers.authorization === undefined && headers['x-tenant'] === undefined));
  });

  describe('preflight', () => {
    async function codes(): Promise<readonly string[]> {
      return ((await custom.preflight?.(bench.job(true))) ?? []).map(({ level, code }) => `${level} ${code}`);
    }

    it('finds nothing wrong with a new version, or the same', async () => {
      assert.deepEqual(await codes(), []);
      await bench.publish();
      assert.deepEqual(await codes(), []);
    });

    it('finds a version that is taken', async () => {
      bench.server.set('/acme/1.2.0/a.tar.gz', 'theirs');
      assert.deepEqual(await codes(), ['error version-taken']);
    });

    it('warns of a version that is there before anything is made', async () => {
      bench.artifacts.length = 0;
      assert.deepEqual(await codes(), []);
      bench.server.set('/acme/1.2.0/release.json', 'theirs');
      assert.deepEqual(await codes(), ['warning version-there']);
    });

    it('changes nothing', async () => {
      await codes();
      assert.deepEqual(bench.changes(), []);
    });
  });

  describe('record', () => {
    it('keeps the journal at its address', async () => {
      bench.configure({ journal: `${bench.base}/{name}/{version}/.journal.ndjson` });
      assert.equal(await custom.record?.read(bench.job()), undefined);
      await custom.record?.write(bench.job(), Buffer.from('one\n'));
      assert.equal(bench.seen()['/acme/1.2.0/.journal.ndjson'], 'one\n');
      assert.equal(Buffer.from((await custom.record?.read(bench.job())) ?? []).toString(), 'one\n');
    });

    it('is silent without an address', async () => {
      await custom.record?.write(bench.job(), Buffer.from('one\n'));
      assert.equal(await custom.record?.read(bench.job()), undefined);
      assert.deepEqual(bench.server.log(), []);
    });
  });
});
