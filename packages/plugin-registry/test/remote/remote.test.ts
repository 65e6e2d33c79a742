import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Artifact, EffectContext, RegistryDefinition, Release, RollbackJob } from '@provisioning-dist/core';
import ssh2 from 'ssh2';
import { createOptionsParser } from '../../../core/src/config/options.ts';
import { createEffectRunner } from '../../../core/src/lifecycle/effects.ts';
import { type Journal, openJournal } from '../../../core/src/lifecycle/journal.ts';
import { createRedactor } from '../../../core/src/redact.ts';
import { type S3Server, startS3Server } from '../../../storage/test/s3-server.ts';
import { startSsh2Server } from '../../../storage/test/ssh2-server.ts';
import { s3 } from '../../src/s3/registry.ts';
import { sftp } from '../../src/sftp/registry.ts';
import { storageOf } from '../../src/store/storage.ts';

/** What both kinds of servers have in common here. */
interface World {
  readonly definition: RegistryDefinition<never>;
  readonly raw: object;
  readonly env: NodeJS.ProcessEnv;
  /** Options of a place that is not there. */
  readonly nowhere: object;
  /** Requests so far that change something. */
  readonly changes: () => readonly string[];
  /** The connection breaks when the third object is written, which is the pointer, after that was done. */
  readonly breakThird: () => void;
  readonly close: () => Promise<void>;
}

async function s3World(): Promise<World> {
  const server: S3Server = await startS3Server();
  const { accessKeyId, secretAccessKey } = await server.credentials();
  return {
    definition: s3 as unknown as RegistryDefinition<never>,
    raw: {
      ...{ endpoint: server.url, bucket: server.bucket, prefix: 'dl/acme', region: server.region },
      ...{ accessKey: { env: 'ACCESS' }, secretKey: { env: 'SECRET' } },
    },
    env: { ACCESS: accessKeyId, SECRET: secretAccessKey },
    nowhere: { bucket: 'no-such-bucket' },
    changes: () => server.log.filter(({ method }) => method !== 'GET' && method !== 'HEAD').map(({ method, key }) => `${method} ${key}`),
    breakThird: () => {
      let written = 0;
      server.fault(({ method, key }) => (method === 'PUT' && !key.includes('.~') && ++written === 3 ? { reset: 'after' } : undefined));
    },
    close: () => server.close(),
  };
}

const CHANGING = /^(WRITE|RENAME|MKDIR|RMDIR|REMOVE|SYMLINK|SETSTAT|FSETSTAT)$|@/;

async function sftpWorld(): Promise<World> {
  const server = await startSsh2Server();
  // One in some hundred keys of ssh2 is not one it can read itself.
  writeFileSync(join(server.root, '..', 'taken'), '');
  if (ssh2.utils.parseKey(server.privateKey) instanceof Error) return await server.close().then(sftpWorld);
  return {
    definition: sftp as unknown as RegistryDefinition<never>,
    raw: {
      ...{ host: server.host, port: server.port, user: server.user, folder: server.root, hostKey: server.hostKey },
      ...{ privateKey: { env: 'KEY' } },
    },
    env: { KEY: server.privateKey },
    nowhere: { folder: join(server.root, '..', 'taken') },
    changes: () => server.log.filter(({ name }) => CHANGING.test(name)).map(({ name, file }) => `${name} ${file}`),
    breakThird: () => {
      let written = 0;
      server.fault(({ name }) => (name === 'posix-rename@openssh.com' && ++written === 3 ? 'after' : undefined));
    },
    close: () => server.close(),
  };
}

for (const [name, open] of Object.entries({ s3: s3World, sftp: sftpWorld })) {
  describe(`${name} registry`, () => {
    const release: Release = { product: 'acme', name: 'acme', version: '1.2.0', snapshot: false, date: 1_700_000_000 };
    let world: World;
    let bench: Bench;
    beforeEach(async () => {
      world = await open();
      bench = new Bench(world);
    });
    afterEach(async () => {
      await bench.close();
      await world.close();
    });

    it('publishes, verifies and says which version clients get', async () => {
      await bench.publish(release);
      const seen = await bench.seen();
      assert.deepEqual(Object.keys(seen), ['acme/1.2.0/a.tar.gz', 'acme/1.2.0/release.json', 'acme/latest.json']);
      assert.equal(seen['acme/1.2.0/a.tar.gz'], 'archive of 1.2.0');
      assert.deepEqual(await world.definition.verify?.(bench.job(release)), []);
      assert.equal(await world.definition.current?.(bench.job(release)), '1.2.0');
      assert.deepEqual(await world.definition.preflight?.(bench.job(release)), []);
    });

    it('says before that its place cannot be', async () => {
      await bench.reopen(world.nowhere);
      await assert.rejects(async () => world.definition.preflight?.(bench.job(release)), /no-such-bucket|is not a directory/);
    });

    it('changes nothing by looking, nor in a dry run', async () => {
      await bench.publish({ ...release, version: '1.1.0' });
      const before = world.changes();
      await bench.reopen({});
      await bench.publish(release, 'archive', 'dry');
      for (const look of ['preflight', 'current', 'verify'] as const) await world.definition[look]?.(bench.job(release));
      assert.deepEqual(world.changes(), before);
      assert.notDeepEqual(before, []);
    });

    it('undoes a release byte by byte', async () => {
      await bench.publish({ ...release, version: '1.1.0' });
      const before = await bench.seen();
      await bench.publish(release);
      assert.notDeepEqual(await bench.seen(), before);
      await bench.undo(release);
      assert.deepEqual(await bench.seen(), before);
      await bench.undo(release);
      assert.deepEqual(await bench.seen(), before);
    });

    it('finds the pointer it moved as the connection broke', async () => {
      await bench.publish({ ...release, version: '1.1.0' });
      world.breakThird();
      await bench.publish(release);
      assert.deepEqual(await world.definition.verify?.(bench.job(release)), []);
    });

    it('points back to an older version', async () => {
      await bench.publish({ ...release, version: '1.1.0' });
      const before = (await bench.seen())['acme/latest.json'];
      await bench.publish(release);
      await bench.retarget(release, '1.1.0');
      assert.equal((await bench.seen())['acme/latest.json'], before);
    });

    it('points nobody back who gets a third version', async () => {
      for (const version of ['1.1.0', '1.2.0', '1.3.0']) await bench.publish({ ...release, version });
      await assert.rejects(bench.retarget(release, '1.1.0'), { code: 'pointer-elsewhere' });
      assert.match((await bench.seen())['acme/latest.json'] ?? '', /1\.3\.0/);
    });

    it('refuses other bytes under a published name', async () => {
      await bench.publish(release);
      await bench.forget(release);
      await assert.rejects(bench.publish(release, 'other'), { code: 'object-differs' });
      const [finding] = (await world.definition.preflight?.(bench.job(release))) ?? [];
      assert.equal(finding?.code, 'version-taken');
    });

    it('leaves alone what somebody changed', async () => {
      await bench.publish(release);
      await (await storageOf(bench.options)).put('acme/1.2.0/a.tar.gz', Buffer.from('theirs'));
      await assert.rejects(bench.undo(release), { code: 'object-changed' });
      assert.equal((await bench.seen())['acme/1.2.0/a.tar.gz'], 'theirs');
      const codes = ((await world.definition.verify?.(bench.job(release))) ?? []).map(({ code }) => code);
      assert.ok(codes.includes('artifact-differs'));
    });

    it('warns of a version that is there before anything is made', async () => {
      await bench.publish(release);
      bench.artifacts.length = 0;
      const codes = ((await world.definition.preflight?.(bench.job(release))) ?? []).map(({ level, code }) => `${level} ${code}`);
      assert.deepEqual(codes, ['warning version-there']);
    });

    it('keeps the journal', async () => {
      await world.definition.record?.write(bench.job(release), Buffer.from('one\n'));
      assert.equal(Buffer.from((await world.definition.record?.read(bench.job(release))) ?? []).toString(), 'one\n');
    });

    it('locates only by a public address', () => {
      const locate = (more: object) =>
        world.definition.locate?.({ name: 'a b', size: 1, sha256: '' }, { release, id: 'it', options: bench.parse(more) });
      assert.equal(locate({}), undefined);
      assert.equal(locate({ url: 'https://dl.example/' }), 'https://dl.example/acme/1.2.0/a%20b');
    });

    it('writes no secret into the journal', async () => {
      await bench.publish(release);
      const { file } = await bench.journal(release);
      const text = readFileSync(file, 'utf8');
      for (const secret of Object.values(world.env)) assert.ok(!text.includes(JSON.stringify(secret).slice(1, -1)));
    });
  });
}

describe('options of the s3 registry', () => {
  const raw = { endpoint: 'https://storage.example', bucket: 'releases', accessKey: { env: 'A' }, secretKey: { env: 'B' } };
  for (const more of [
    { bucket: 'a/../b' },
    { bucket: 'UPPER' },
    { endpoint: 'ftp://storage.example' },
    { prefix: '../up' },
    { prefix: '/root' },
    { prefix: 'a?endpoint=https://evil.example' },
    { headers: { 'x-amz-acl': 'a\r\nb: c' } },
    { secretKey: 'in the clear' },
    { layout: '{version}' },
  ]) {
    it(`refuse ${JSON.stringify(more)}`, () => {
      assert.throws(() => parseWith(s3 as unknown as RegistryDefinition<never>, { ...raw, ...more }, {}));
    });
  }

  it('refuse a connection in the clear', async () => {
    const options = parseWith(s3 as unknown as RegistryDefinition<never>, { ...raw, endpoint: 'http://storage.example' }, {});
    const [finding] = (await s3.preflight?.({ options, id: 'it' } as never)) ?? [];
    assert.equal(finding?.code, 'insecure-url');
  });
});

describe('options of the sftp registry', () => {
  const raw = { host: 'dl.example', user: 'ci', folder: '~/releases', hostKey: 'SHA256:x', password: { env: 'A' } };
  for (const more of [
    { host: 'dl.example/../x' },
    { host: '-oProxyCommand=x y' },
    { user: 'a@b' },
    { folder: 'releases' },
    { folder: '/a/../b' },
    { folder: '/a\nb' },
    { password: undefined },
    { port: 0 },
    { hostKey: undefined },
  ]) {
    it(`refuse ${JSON.stringify(more)}`, () => {
      assert.throws(() => parseWith(sftp as unknown as RegistryDefinition<never>, { ...raw, ...more }, {}));
    });
  }
});

function parseWith(definition: RegistryDefinition<never>, raw: object, env: NodeJS.ProcessEnv): never {
  const parser = createOptionsParser({ env, redactor: createRedactor(), root: '/project' });
  return parser.parse(definition.options, raw, { file: 'provisioning-dist.yaml', key: 'publish.it' });
}

/** The runner of the product over one server. */
class Bench {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'remote-'));
  readonly world: World;
  options: never;
  readonly artifacts: Artifact[] = [];
  readonly #journals = new Map<string, Journal>();

  constructor(world: World) {
    this.world = world;
    this.options = this.parse({});
    mkdirSync(join(this.folder, 'out'));
  }

  parse(more: object): never {
    return parseWith(this.world.definition, { ...this.world.raw, ...more }, this.world.env);
  }

  /** With other options, and nothing known of the place. */
  async reopen(more: object): Promise<void> {
    await (await storageOf(this.options)).close?.();
    this.options = this.parse(more);
  }

  async close(): Promise<void> {
    for (const journal of this.#journals.values()) await journal.close();
    await (await storageOf(this.options)).close?.();
    rmSync(this.folder, { recursive: true });
  }

  async seen(): Promise<Record<string, string>> {
    const storage = await storageOf(this.options);
    const seen: Record<string, string> = {};
    for await (const { key } of storage.list('')) seen[key] = Buffer.from((await storage.get(key))?.bytes ?? []).toString();
    return seen;
  }

  file(name: string, content: string, kind: Artifact['kind']): void {
    writeFileSync(join(this.folder, 'out', name), content);
    const sha256 = createHash('sha256').update(content).digest('hex');
    this.artifacts.push({ name, kind, type: 'file', scope: 'cell', size: Buffer.byteLength(content), sha256, digests: { sha256 } });
  }

  async publish(release: Release, content = 'archive', mode: 'run' | 'dry' = 'run'): Promise<void> {
    this.artifacts.length = 0;
    this.file('a.tar.gz', `${content} of ${release.version}`, 'archive');
    this.file('release.json', JSON.stringify({ version: release.version, date: release.date }), 'manifest');
    const runner = await this.runner(release, mode);
    await this.world.definition.publish({ ...this.job(release), effect: (effect, input) => runner.run(this.instance(), effect, input) });
  }

  async undo(release: Release): Promise<void> {
    const { effects } = await this.journal(release);
    const done = [...effects.values()].filter(({ state }) => state === 'done').sort((a, b) => b.order - a.order);
    for (const { effect: name, input, result, before } of done)
      await this.world.definition.effects.find((one) => one.name === name)?.revert?.(input, result, this.context(before));
  }

  async retarget(release: Release, to: string): Promise<void> {
    const runner = await this.runner(release);
    const more: Pick<RollbackJob<never>, 'mode' | 'to' | 'journal' | 'undo'> = { mode: 'retarget', to, journal: [], undo: () => this.undo(release) };
    await this.world.definition.rollback?.({ ...this.job(release), ...more, effect: (effect, input) => runner.run(this.instance(), effect, input) });
  }

  async forget(release: Release): Promise<void> {
    await (await this.journal(release)).close();
    this.#journals.delete(release.version);
    rmSync(join(this.folder, release.version), { recursive: true });
  }

  async journal({ product, version }: Release): Promise<Journal> {
    const found = this.#journals.get(version) ?? (await openJournal(join(this.folder, version), { product, version }, String));
    this.#journals.set(version, found);
    return found;
  }

  job(release: Release) {
    const more = { release, id: 'it', tmp: () => this.folder, artifacts: () => this.artifacts, locate: () => undefined };
    return { ...this.context(), ...more, effect: () => Promise.reject(new Error('a handler that only looks began an effect')) };
  }

  context(before?: unknown): EffectContext<never> {
    const { signal } = new AbortController();
    return { ...this.instance(), signal, http: unused, key: unused, before, file: ({ name }) => join(this.folder, 'out', name) };
  }

  private instance() {
    const log = { info: () => {}, warn: () => {}, debug: () => {} };
    return { id: 'it', plugin: 'registry@0.1.0', options: this.options, log };
  }

  private async runner(release: Release, mode: 'run' | 'dry' = 'run') {
    const { signal, http, key, file } = this.context();
    const { effects: definitions } = this.world.definition;
    return createEffectRunner({
      ...{ mode, journal: await this.journal(release), signal, http, key, definitions, artifactFile: file, retry: { base: 1, cap: 2 } },
    });
  }
}

function unused(): never {
  throw new Error('a storage needs neither HTTP nor keys');
}
