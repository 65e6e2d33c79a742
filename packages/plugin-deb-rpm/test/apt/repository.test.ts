import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apt } from '../../src/apt/registry.ts';
import { filesIn, openWorld, type World } from './bench.ts';
import { readRepository } from './client.ts';
import { deb, sha256 } from './debs.ts';
import { DATE, jobOf, type Publishing, publish, put } from './runner.ts';

const DAY = 24 * 3600;

describe('an apt repository', () => {
  let world: World;
  let folder: string;
  beforeEach(() => {
    world = openWorld({ contents: false });
    folder = mkdtempSync(join(tmpdir(), 'apt-debs-'));
  });
  afterEach(async () => {
    await world.close();
    rmSync(folder, { recursive: true });
  });

  function publishing(more: object = {}): Publishing {
    return { options: { ...world.options, ...more }, folder };
  }

  const path = (...parts: readonly string[]): string => join(world.folder, ...parts);
  const text = (name: string): string => readFileSync(path(name), 'utf8');
  const findings = async (job: ReturnType<typeof jobOf>['job']) =>
    ((await apt.verify?.(job)) ?? []).map(({ code, message }) => `${code}: ${message}`);

  it('has every file where apt looks', async () => {
    await publish(publishing({ contents: true }), { version: '1.0.0' });
    const names = filesIn(world.folder).map((name) => name.replace(/[0-9a-f]{64}/, 'HASH'));
    assert.deepEqual(
      [...new Set(names)],
      [
        ...['acme.asc', 'dists/stable/InRelease', 'dists/stable/Release', 'dists/stable/Release.gpg', 'dists/stable/main/Contents-amd64.gz'],
        ...['dists/stable/main/binary-amd64/Packages', 'dists/stable/main/binary-amd64/Packages.gz', 'dists/stable/main/binary-amd64/Packages.xz'],
        ...['dists/stable/main/binary-amd64/by-hash/SHA256/HASH', 'dists/stable/main/by-hash/SHA256/HASH'],
        ...['dists/stable/provisioning-dist/by-hash/SHA256/HASH', 'pool/main/a/acme/acme_1.0.0-1_amd64.deb'],
      ],
    );
  });

  it('lists the words of the package and where it is', async () => {
    const { job } = await publish(publishing(), { version: '1.0.0' });
    const [artifact = assert.fail()] = job.artifacts();
    assert.equal(
      text('dists/stable/main/binary-amd64/Packages'),
      `Package: acme
Version: 1.0.0-1
Architecture: amd64
Maintainer: Jane Doe <jane@acme.example>
Description: Tool
 that does things
Filename: pool/main/a/acme/acme_1.0.0-1_amd64.deb
Size: ${artifact.size}
SHA256: ${artifact.sha256}

`,
    );
  });

  it('lists packages for all architectures with each', async () => {
    const debs = [{ version: '1.0-1' }, { version: '1.0-1', architecture: 'arm64' }, { package: 'acme-doc', version: '1.0-1', architecture: 'all' }];
    await publish(publishing(), { version: '1.0.0', debs });
    for (const arch of ['amd64', 'arm64']) assert.deepEqual(readRepository(world.folder, { arch }).packages, ['acme 1.0-1', 'acme-doc 1.0-1']);
    assert.match(text('dists/stable/Release'), /^Architectures: amd64 arm64$/m);
  });

  it('may hold packages for all architectures alone', async () => {
    await publish(publishing(), { version: '1.0.0', debs: [{ version: '1.0-1', architecture: 'all' }] });
    assert.deepEqual(readRepository(world.folder, { arch: 'all' }).packages, ['acme 1.0-1']);
  });

  it('has a newer date with every change', async () => {
    await publish(publishing(), { version: '1.0.0' });
    const later = await publish(publishing(), { version: '1.1.0', date: DATE - 5 });
    assert.equal(readRepository(world.folder).date, DATE + 1);
    await later.undo();
    assert.deepEqual(readRepository(world.folder), { date: DATE + 2, packages: ['acme 1.0.0-1'] });
  });

  it('has suites and components side by side', async () => {
    const suites = ['stable', 'edge'].map((name) => ({ name, codename: name }));
    await publish(publishing({ suites }), { version: '1.0.0' });
    await publish(publishing({ suites: suites.slice(1), component: 'extra' }), { version: '1.1.0' });
    assert.deepEqual(readRepository(world.folder).packages, ['acme 1.0.0-1']);
    assert.deepEqual(readRepository(world.folder, { suite: 'edge' }).packages, ['acme 1.0.0-1']);
    assert.deepEqual(readRepository(world.folder, { suite: 'edge', component: 'extra' }).packages, ['acme 1.1.0-1']);
    assert.match(text('dists/edge/Release'), /^Components: extra main$/m);
  });

  it('has packages of several products', async () => {
    await publish(publishing({ origin: 'Acme', label: 'Acme' }), { version: '1.0.0' });
    await publish(publishing({ origin: 'Acme', label: 'Acme' }), {
      version: '7.0.0',
      name: 'libother',
      debs: [{ package: 'other', version: '7.0-1' }],
    });
    assert.deepEqual(readRepository(world.folder).packages, ['acme 1.0.0-1', 'other 7.0-1']);
    assert.ok(existsSync(path('pool/main/libo/libother/other_7.0-1_amd64.deb')));
  });

  it('loses nothing of five who publish at once', async () => {
    const all = Array.from({ length: 5 }, (_, index) => `p${index}`);
    await Promise.all(
      all.map((name) => publish(publishing({ origin: 'A', label: 'A' }), { name, version: '1.0.0', debs: [{ package: name, version: '1.0-1' }] })),
    );
    assert.deepEqual(
      readRepository(world.folder).packages,
      all.map((name) => `${name} 1.0-1`),
    );
    assert.deepEqual(
      await findings(
        jobOf(publishing({ origin: 'A', label: 'A' }), { name: 'p0', version: '1.0.0', debs: [{ package: 'p0', version: '1.0-1' }] }).job,
      ),
      [],
    );
  });

  it('is whole at any moment of 15 publishes', async () => {
    await publish(publishing(), { version: '1.0.0' });
    let last = 0;
    let reads = 0;
    let isPublishing = true;
    const reading = (async () => {
      for (; isPublishing; reads++) {
        const { date, packages } = readRepository(world.folder);
        assert.ok(date >= last && packages.length > 0 && packages.length <= 2);
        last = date;
        await new Promise(setImmediate);
      }
    })();
    for (let minor = 1; minor <= 15; minor++) await publish(publishing(), { version: `1.${minor}.0` });
    isPublishing = false;
    await reading;
    assert.ok(reads > 15);
    assert.deepEqual(readRepository(world.folder).packages, ['acme 1.14.0-1', 'acme 1.15.0-1']);
  }).timeout(120_000);

  it('drops debs after seven days and indexes after two', async () => {
    const old = 'pool/main/a/acme/acme_1.0.0-1_amd64.deb';
    const indexes = (): number => readdirSync(path('dists/stable/main/binary-amd64/by-hash/SHA256')).length;
    for (const minor of [0, 1, 2]) await publish(publishing(), { version: `1.${minor}.0`, date: DATE + minor });
    await publish(publishing(), { version: '1.3.0', date: DATE + 2 * DAY });
    assert.equal(indexes(), 4 * 3);
    await publish(publishing(), { version: '1.4.0', date: DATE + 2 + 7 * DAY - 1 });
    assert.ok(existsSync(path(old)));
    assert.equal(indexes(), 3 * 3);
    await publish(publishing(), { version: '1.5.0', date: DATE + 2 + 7 * DAY });
    assert.ok(!existsSync(path(old)));
    assert.ok(existsSync(path('pool/main/a/acme/acme_1.1.0-1_amd64.deb')));
  });

  it('keeps a deb another suite lists', async () => {
    const suites = (name: string) => ({ suites: [{ name, codename: name }] });
    const edge = await publish(publishing(suites('edge')), { version: '1.0.0' });
    await publish(publishing(suites('stable')), { version: '1.0.0' });
    await edge.undo();
    assert.deepEqual(readRepository(world.folder).packages, ['acme 1.0.0-1']);
    assert.deepEqual(readRepository(world.folder, { suite: 'edge' }).packages, []);
  });

  it('purges no deb another suite lists', async () => {
    const suites = (name: string) => ({ suites: [{ name, codename: name }] });
    const old = 'pool/main/a/acme/acme_1.0.0-1_amd64.deb';
    await publish(publishing(suites('stable')), { version: '1.0.0' });
    for (const minor of [0, 1, 2]) await publish(publishing(suites('edge')), { version: `1.${minor}.0` });
    await publish(publishing(suites('edge')), { version: '1.3.0', date: DATE + 8 * DAY });
    assert.deepEqual(readRepository(world.folder).packages, ['acme 1.0.0-1']);
    for (const minor of [1, 2]) await publish(publishing(suites('stable')), { version: `1.${minor}.0`, date: DATE + 8 * DAY });
    await publish(publishing(suites('edge')), { version: '1.4.0', date: DATE + 9 * DAY });
    assert.ok(existsSync(path(old)), 'clients of stable may still ask for it');
    await publish(publishing(suites('stable')), { version: '1.3.0', date: DATE + 16 * DAY });
    assert.ok(!existsSync(path(old)));
  });

  it('does not bring back a deb that is gone', async () => {
    await publish(publishing(), { version: '1.0.0' });
    const second = await publish(publishing(), { version: '1.1.0' });
    await second.retarget('1.0.0');
    rmSync(path('pool/main/a/acme/acme_1.1.0-1_amd64.deb'));
    await assert.rejects(second.retarget('1.1.0'), { code: 'version-absent' });
    await second.undo();
    assert.deepEqual(readRepository(world.folder).packages, ['acme 1.0.0-1']);
  });

  it('goes on from an index that counts and files beside it that do not', async () => {
    const { job } = await publish(publishing(), { version: '1.0.0' });
    const before = filesIn(world.folder).map((name) => text(name));
    put(world.folder, 'dists/stable/Release', 'of an earlier run\n');
    put(world.folder, 'dists/stable/main/binary-amd64/Packages.gz', 'of an earlier run\n');
    assert.deepEqual(
      (await findings(job)).map((finding) => finding.slice(0, 9)),
      ['apt-mirro', 'apt-index'],
    );
    await publish(publishing(), { version: '1.0.0' });
    assert.deepEqual(
      filesIn(world.folder).map((name) => text(name)),
      before,
    );
  });

  it('leaves users of another product their files', async () => {
    const shared = publishing({ source: 'tools', url: 'https://apt.acme.example' });
    const first = await publish(shared, { version: '1.0.0' });
    const edge = { ...shared, options: { ...shared.options, label: 'Tools', suites: [{ name: 'edge', codename: 'edge' }] } };
    const debs = [{ package: 'other', version: '1.0-1' }];
    const other = await publish(edge, { name: 'other', version: '1.0.0', debs });
    await first.undo();
    assert.deepEqual([existsSync(path('tools.asc')), existsSync(path('tools.sources'))], [true, true]);
    await publish(publishing(), { version: '9.0.0' });
    await other.undo();
    assert.deepEqual([existsSync(path('tools.asc')), existsSync(path('acme.asc'))], [false, true]);
  });

  describe('without signatures', () => {
    it('has a Release alone', async () => {
      await publish(publishing({ sign: false, url: 'https://apt.acme.example' }), { version: '1.0.0' });
      assert.deepEqual(readdirSync(path('dists/stable')).sort(), ['Release', 'main', 'provisioning-dist']);
      assert.equal(text('acme.sources'), 'Types: deb\nURIs: https://apt.acme.example\nSuites: stable\nComponents: main\nTrusted: yes\n');
    });

    it('may be signed later', async () => {
      await publish(publishing({ sign: false }), { version: '1.0.0' });
      await publish(publishing(), { version: '1.1.0' });
      assert.deepEqual(readRepository(world.folder).packages, ['acme 1.0.0-1', 'acme 1.1.0-1']);
    });

    it('is not what was signed before', async () => {
      await publish(publishing(), { version: '1.0.0' });
      await assert.rejects(publish(publishing({ sign: false }), { version: '1.1.0' }), { code: 'apt-signed' });
    });
  });

  it('gives users one file to begin with', async () => {
    await publish(publishing({ url: 'https://apt.acme.example' }), { version: '1.0.0' });
    assert.equal(
      text('acme.sources'),
      `Types: deb
URIs: https://apt.acme.example
Suites: stable
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 F00D
 -----END PGP PUBLIC KEY BLOCK-----
`,
    );
  });

  describe('that is not as it should be', () => {
    async function refusal(options: object = {}): Promise<string> {
      const before = await world.state();
      const { job } = jobOf(publishing(options), { version: '1.1.0' });
      const [first] = (await apt.preflight?.(job)) ?? [];
      await assert.rejects(apt.publish(job), (error: { code?: string }) => error.code === first?.code);
      for (const name of readdirSync(path('dists/stable'))) assert.notEqual(name, 'acme');
      assert.equal((await world.state()).replace(/.*acme_1\.1\.0.*|.*acme\.asc.*/g, '').trim(), before.replace(/.*acme\.asc.*/g, '').trim());
      return `${first?.code}: ${first?.message}`;
    }

    it('is foreign when another tool made it', async () => {
      put(
        world.folder,
        'dists/stable/InRelease',
        '-----BEGIN PGP SIGNED MESSAGE-----\n\nDate: Tue, 14 Nov 2023 22:13:20 UTC\nSHA256:\n-----BEGIN PGP SIGNATURE-----\n',
      );
      assert.match(await refusal(), /^apt-foreign: .*another tool made it/);
    });

    it('is foreign when it is no Release file', async () => {
      put(world.folder, 'dists/stable/InRelease', '<html>');
      assert.match(await refusal(), /^apt-foreign: .*no Release file/);
    });

    it('is broken without its state', async () => {
      await publish(publishing(), { version: '1.0.0' });
      rmSync(path('dists/stable/provisioning-dist'), { recursive: true });
      assert.match(await refusal(), /^apt-broken: .*not there, though Release lists it/);
    });

    it('is broken with another state', async () => {
      await publish(publishing(), { version: '1.0.0' });
      const place = path('dists/stable/provisioning-dist/by-hash/SHA256');
      for (const name of readdirSync(place)) appendFileSync(join(place, name), 'x');
      assert.match(await refusal(), /^apt-broken: .*other bytes than Release says/);
    });

    it('may not change its name', async () => {
      await publish(publishing(), { version: '1.0.0' });
      assert.match(await refusal({ origin: 'Evil' }), /^apt-release-info: .*Origin is "acme", not "Evil"/);
    });

    it('holds other bytes of that version', async () => {
      put(world.folder, 'pool/main/a/acme/acme_1.0.0-1_amd64.deb', 'other');
      const { job } = jobOf(publishing(), { version: '1.0.0' });
      assert.deepEqual(
        ((await apt.preflight?.(job)) ?? []).map(({ code }) => code),
        ['version-taken'],
      );
      await assert.rejects(apt.publish(job), { code: 'object-differs' });
      assert.ok(!existsSync(path('dists')));
    });
  });

  describe('of bad packages', () => {
    const refuse = async (bytes: Uint8Array, name = 'acme_1.0-1_amd64.deb'): Promise<void> => {
      const { job } = jobOf(publishing(), { version: '1.0.0', debs: [] });
      put(folder, `acme/1.0.0/${name}`, bytes);
      await apt.publish({
        ...job,
        artifacts: () => [{ name, type: 'file', kind: 'package', scope: 'cell', size: bytes.length, sha256: sha256(bytes), digests: {} }],
      });
    };

    for (const [what, [bytes, message]] of Object.entries({
      'no archive': [Buffer.from('hello'), /it is no deb/],
      'a cut archive': [deb({ version: '1.0-1' }).subarray(0, 200), /it is no deb/],
      'a version with a path': [deb({ version: '1.0/../x' }), /its version is "1\.0/],
      'an architecture with a path': [deb({ version: '1.0-1', architecture: '../x' }), /its architecture is "\.\.\/x"/],
      'a field of the index': [deb({ version: '1.0-1', more: 'Filename: pool/evil.deb\n' }), /has the field "filename"/],
      'two stanzas': [deb({ version: '1.0-1', more: '\nPackage: evil\n' }), /holds more than one stanza/],
    } as const)) {
      it(`refuses ${what}`, async () => {
        await assert.rejects(refuse(bytes), { code: 'apt-package', message });
        assert.ok(!existsSync(path('dists')));
      });
    }

    for (const name of ['../evil.deb', 'a b.deb', '.deb', 'a/b.deb']) {
      it(`refuses the file name ${name}`, () => assert.rejects(refuse(deb({ version: '1.0-1' }), name), { code: 'apt-file-name' }));
    }

    it('refuses a release without any', () => assert.rejects(publish(publishing(), { version: '1.0.0', debs: [] }), { code: 'apt-no-packages' }));
  });
});
