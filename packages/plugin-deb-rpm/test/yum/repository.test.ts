import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { KeyHandle } from '@provisioning-dist/core';
import { int32 } from '../../src/rpm/header.ts';
import { TAG } from '../../src/rpm/tags.ts';
import { yum } from '../../src/yum/registry.ts';
import { armored, isAbout, signaturesIn } from '../../src/yum/signature.ts';
import { filesIn, listsIn, openWorld, signaturePacket, testKey, type World } from './bench.ts';
import { readRepository } from './client.ts';
import { rpm, rpmArtifact, sha256 } from './rpms.ts';
import { DATE, jobOf, type Publishing, publish, put } from './runner.ts';

const DAY = 24 * 3600;
const REPOMD = 'repodata/repomd.xml';

describe('a yum repository', () => {
  let world: World;
  let folder: string;
  beforeEach(() => {
    world = openWorld();
    folder = mkdtempSync(join(tmpdir(), 'yum-rpms-'));
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
  const findings = async (job: ReturnType<typeof jobOf>['job']) => ((await yum.verify?.(job)) ?? []).map(({ code }) => code);
  const revision = (): number => Number(/<revision>(\d+)</.exec(text(REPOMD))?.[1]);
  const listed = (): readonly string[] =>
    [...(listsIn(world.folder).get('primary') ?? '').matchAll(/<name>(.*?)<.*?ver="(.*?)"/gs)].map(([, name, version]) => `${name} ${version}`);

  it('has every file where dnf looks', async () => {
    await publish(publishing(), { version: '1.0.0' });
    const names = filesIn(world.folder).map((name) => name.replace(/[0-9a-f]{64}/, 'HASH'));
    assert.deepEqual(names.sort(), [
      ...['Packages/a/acme-1.0.0-1.x86_64.rpm', 'acme.asc'],
      ...['filelists.xml.gz', 'other.xml.gz', 'primary.xml.gz', 'provisioning-dist.ndjson.gz'].map((name) => `repodata/HASH-${name}`),
      ...['repodata/repomd.xml', 'repodata/repomd.xml.asc', 'repodata/repomd.xml.key'],
    ]);
  });

  it('tells of the package what its header tells', async () => {
    const { job } = await publish(publishing(), { version: '1.0.0', rpms: [rpmArtifact({ version: '1.0.0', summary: 'a < b & "c"' })] });
    const [artifact = assert.fail()] = job.artifacts();
    assert.equal(
      listsIn(world.folder).get('primary'),
      `<?xml version="1.0" encoding="UTF-8"?>
<metadata xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm" packages="1">
<package type="rpm">
  <name>acme</name>
  <arch>x86_64</arch>
  <version epoch="0" ver="1.0.0" rel="1"/>
  <checksum type="sha256" pkgid="YES">${artifact.sha256}</checksum>
  <summary>a &lt; b &amp; "c"</summary>
  <description></description>
  <packager></packager>
  <url></url>
  <time file="1700000000" build="1700000000"/>
  <size package="${artifact.size}" installed="7" archive="0"/>
  <location href="Packages/a/acme-1.0.0-1.x86_64.rpm"/>
  <format>
    <rpm:license>MIT</rpm:license>
    <rpm:vendor></rpm:vendor>
    <rpm:group></rpm:group>
    <rpm:buildhost></rpm:buildhost>
    <rpm:sourcerpm>acme-1.0.0-1.src.rpm</rpm:sourcerpm>
    <rpm:header-range start="${artifact.size - headerLength(artifact.name)}" end="${artifact.size}"/>
    <rpm:provides>
      <rpm:entry name="acme" flags="EQ" epoch="0" ver="1.0.0" rel="1"/>
    </rpm:provides>
  </format>
</package>
</metadata>
`,
    );
  });

  /** The header is the last thing in the file; its own length is in its first bytes. */
  function headerLength(name: string): number {
    const bytes = readFileSync(path('Packages/a', name));
    const at = bytes.lastIndexOf(Buffer.from('8eade801', 'hex'));
    return bytes.length - at;
  }

  it('has a higher revision with every change', async () => {
    await publish(publishing(), { version: '1.0.0' });
    const later = await publish(publishing(), { version: '1.1.0', date: DATE - 5 });
    assert.equal(revision(), DATE + 1);
    await later.undo();
    assert.equal(revision(), DATE + 2);
    assert.deepEqual(listed(), ['acme 1.0.0']);
  });

  it('keeps two versions, and the ones of others', async () => {
    await publish(publishing(), { version: '7.0.0', name: 'other', rpms: [rpmArtifact({ package: 'other', version: '7' })] });
    for (const minor of [0, 1, 2]) await publish(publishing(), { version: `1.${minor}.0` });
    assert.deepEqual(listed(), ['acme 1.1.0', 'acme 1.2.0', 'other 7']);
    assert.ok(existsSync(path('Packages/a/acme-1.0.0-1.x86_64.rpm')));
  });

  it('brings back what a release pushed out', async () => {
    for (const minor of [0, 1]) await publish(publishing(), { version: `1.${minor}.0` });
    const { undo } = await publish(publishing(), { version: '1.2.0' });
    await undo();
    assert.deepEqual(listed(), ['acme 1.0.0', 'acme 1.1.0']);
  });

  it('sends clients back once', async () => {
    await publish(publishing(), { version: '1.0.0' });
    const second = await publish(publishing(), { version: '1.1.0' });
    await second.retarget('1.0.0');
    const before = revision();
    await second.retarget('1.0.0');
    assert.equal(revision(), before);
  });

  it('goes back with every package, whatever the epochs', async () => {
    const rpms = (version: string) => [
      rpmArtifact({ package: 'server', version, more: [int32(TAG.epoch, 1)] }),
      rpmArtifact({ package: 'scripts', version, release: '2' }),
    ];
    await publish(publishing(), { version: '1.0.0', rpms: rpms('1.0.0') });
    const second = await publish(publishing(), { version: '2.0.0', rpms: rpms('2.0.0') });
    await second.retarget('1.0.0');
    assert.deepEqual(listed(), ['scripts 1.0.0', 'server 1.0.0']);
    assert.equal(await yum.current?.(second.job), '1.0.0');
  });

  it('does not bring back an rpm that is gone', async () => {
    await publish(publishing(), { version: '1.0.0' });
    const second = await publish(publishing(), { version: '1.1.0' });
    await second.retarget('1.0.0');
    rmSync(path('Packages/a/acme-1.1.0-1.x86_64.rpm'));
    await assert.rejects(second.retarget('1.1.0'), { code: 'version-absent' });
    assert.deepEqual(listed(), ['acme 1.0.0']);
  });

  it('drops rpms after seven days and metadata after two', async () => {
    const old = path('Packages/a/acme-1.0.0-1.x86_64.rpm');
    const primaries = (): number => readdirSync(path('repodata')).filter((name) => name.includes('primary')).length;
    for (const minor of [0, 1, 2]) await publish(publishing(), { version: `1.${minor}.0`, date: DATE + minor });
    await publish(publishing(), { version: '1.3.0', date: DATE + 2 * DAY });
    assert.equal(primaries(), 4);
    await publish(publishing(), { version: '1.4.0', date: DATE + 2 + 7 * DAY - 1 });
    assert.ok(existsSync(old));
    assert.equal(primaries(), 3);
    await publish(publishing(), { version: '1.5.0', date: DATE + 2 + 7 * DAY });
    assert.ok(!existsSync(old));
  });

  it('loses nothing of five who publish at once', async () => {
    const names = Array.from({ length: 5 }, (_, index) => `p${index}`);
    const release = (name: string) => ({ name, version: '1.0.0', rpms: [rpmArtifact({ package: name, version: '1.0' })] });
    await Promise.all(names.map((name) => publish(publishing(), release(name))));
    assert.deepEqual(
      listed(),
      names.map((name) => `${name} 1.0`),
    );
    assert.deepEqual(await findings(jobOf(publishing(), release('p0')).job), []);
    // A second run tidies signatures that were left while all were at it.
    await publish(publishing(), release('p5'));
    assert.equal(signaturesIn(readFileSync(path(`${REPOMD}.asc`))).length, 1);
  });

  it('has a signature of what stands there at any moment', async () => {
    const moments: boolean[] = [];
    const look = (): void => {
      if (!existsSync(path(REPOMD))) return;
      const repomd = readFileSync(path(REPOMD));
      moments.push(signaturesIn(readFileSync(path(`${REPOMD}.asc`))).some((packet) => isAbout(packet, repomd)));
    };
    const timer = setInterval(look, 0);
    for (let minor = 0; minor < 10; minor++) await publish(publishing(), { version: `1.${minor}.0` });
    clearInterval(timer);
    look();
    assert.ok(moments.length > 10);
    assert.ok(moments.every((fits) => fits));
  }).timeout(20_000);

  const publishes = process.env.CI_FULL === undefined ? 10 : 50;
  it(`is whole at any moment of ${publishes} publishes`, async () => {
    // Longer than a reader takes from one file to the other.
    const options = { ...publishing(), options: { ...world.options, overlap: 200 } };
    await publish(options, { version: '1.0.0' });
    const seen: number[] = [];
    let isPublishing = true;
    const reading = (async () => {
      while (isPublishing) {
        const { revision: found, packages } = await readRepository(world.folder);
        assert.ok(found >= (seen.at(-1) ?? 0) && packages.length > 0 && packages.length <= 2);
        seen.push(found);
      }
    })();
    for (let minor = 1; minor <= publishes; minor++) await publish(options, { version: `1.${minor}.0` });
    isPublishing = false;
    await reading;
    assert.ok(new Set(seen).size > publishes / 2, 'hardly anything changed while it was read');
    assert.deepEqual((await readRepository(world.folder)).packages, [`acme 1.${publishes - 1}.0-1`, `acme 1.${publishes}.0-1`]);
  }).timeout(120_000);

  it('goes on where a crash left the signatures of two', async () => {
    const { job } = await publish(publishing(), { version: '1.0.0' });
    const before = text(`${REPOMD}.asc`);
    writeFileSync(path(`${REPOMD}.asc`), armored([signaturePacket(Buffer.from('old')), signaturePacket(readFileSync(path(REPOMD)))]));
    assert.deepEqual(await findings(job), ['yum-signature']);
    await publish(publishing(), { version: '1.0.0' });
    assert.equal(text(`${REPOMD}.asc`), before);
    assert.equal(revision(), DATE);
  });

  it('asks the key nothing for what is there', async () => {
    await publish(publishing(), { version: '1.0.0' });
    const key = (id: string): KeyHandle => ({ ...testKey(id), openpgp: () => assert.fail('it was asked to sign') });
    await publish({ ...publishing(), key }, { version: '1.0.0' });
  });

  it('has no signature of a repository without one', async () => {
    await publish(publishing({ sign: false, url: 'https://yum.acme.example/' }), { version: '1.0.0' });
    assert.ok(!existsSync(path(`${REPOMD}.asc`)));
    assert.equal(
      text('acme.repo'),
      '[acme]\nname=acme\nbaseurl=https://yum.acme.example/\nenabled=1\ngpgcheck=0\nrepo_gpgcheck=0\nmetadata_expire=1h\n',
    );
    await publish(publishing(), { version: '1.1.0' });
    await assert.rejects(publish(publishing({ sign: false }), { version: '1.2.0' }), { code: 'yum-signed' });
  });

  it('gives users one file to begin with', async () => {
    const rpms = [rpmArtifact({ version: '1.0.0', signed: true })];
    await publish(publishing({ url: 'https://yum.acme.example', gpgcheck: undefined }), { version: '1.0.0', rpms });
    assert.equal(
      text('acme.repo'),
      '[acme]\nname=acme\nbaseurl=https://yum.acme.example/\nenabled=1\ngpgcheck=1\nrepo_gpgcheck=1\ngpgkey=https://yum.acme.example/acme.asc\nmetadata_expire=1h\n',
    );
  });

  it('leaves users of another product their files', async () => {
    const first = await publish(publishing(), { version: '1.0.0' });
    const other = await publish(publishing(), { name: 'other', version: '1.0.0', rpms: [rpmArtifact({ package: 'other', version: '1' })] });
    const there = () => ['acme.asc', 'other.asc', 'repodata/repomd.xml.key'].filter((name) => existsSync(path(name)));
    await first.undo();
    assert.deepEqual(there(), ['other.asc', 'repodata/repomd.xml.key']);
    await other.undo();
    assert.deepEqual(there(), []);
  });

  it('takes no unsigned package where clients refuse it', async () => {
    await assert.rejects(publish(publishing({ gpgcheck: true }), { version: '1.0.0' }), { code: 'yum-unsigned' });
    assert.deepEqual(filesIn(world.folder), []);
  });

  it('keeps lists of other tools, and not their databases', async () => {
    await publish(publishing({ sign: false }), { version: '1.0.0' });
    const checksum = `<checksum type="sha256">${'a'.repeat(64)}</checksum>`;
    const data = (type: string): string => `<data type="${type}">\n${checksum}\n<location href="repodata/x-${type}.xml"/></data>`;
    writeFileSync(path(REPOMD), text(REPOMD).replace('</repomd>', `${data('updateinfo')}${data('primary_db')}</repomd>`));
    await publish(publishing({ sign: false }), { version: '1.1.0' });
    assert.ok(text(REPOMD).includes(data('updateinfo')) && !text(REPOMD).includes('primary_db'));
  });

  describe('that is not as it should be', () => {
    async function refusal(options: object = {}): Promise<string> {
      const before = filesIn(path('repodata')).map(text_);
      const { job } = jobOf(publishing(options), { version: '1.1.0' });
      const [first] = (await yum.preflight?.(job)) ?? [];
      await assert.rejects(yum.publish(job), (error: { code?: string }) => error.code === first?.code);
      assert.deepEqual(
        filesIn(path('repodata'))
          .filter((name) => name !== 'repomd.xml.key')
          .map(text_),
        before.filter((each) => !each.startsWith('a public')),
      );
      return `${first?.code}: ${first?.message}`;
    }

    const text_ = (name: string): string => readFileSync(path('repodata', name), 'latin1');
    const list = (type: string): string => readdirSync(path('repodata')).find((name) => name.endsWith(`${type}.xml.gz`)) ?? assert.fail();

    it('is foreign when it is another document', async () => {
      put(world.folder, REPOMD, '<html></html>');
      assert.match(await refusal(), /^yum-foreign: .*no index of metadata/);
    });

    it('is broken without one of its lists', async () => {
      await publish(publishing(), { version: '1.0.0' });
      rmSync(path('repodata', list('filelists')));
      assert.match(await refusal(), /^yum-broken: .*not there, though repomd.xml lists it/);
    });

    it('is broken with another list', async () => {
      await publish(publishing(), { version: '1.0.0' });
      writeFileSync(path('repodata', list('primary')), gzipSync('<metadata></metadata>'));
      assert.match(await refusal(), /^yum-broken: .*other bytes than repomd.xml says/);
    });

    for (const [what, place] of Object.entries({ climbs: '../../etc/passwd', 'begins at the root': '/etc/passwd', 'is elsewhere': 'a/./b' })) {
      it(`is foreign with a list whose place ${what}`, async () => {
        await publish(publishing(), { version: '1.0.0' });
        writeFileSync(path(REPOMD), text(REPOMD).replace(/href="[^"]*"/, `href="${place}"`));
        assert.match(await refusal(), /^yum-foreign/);
      });
    }

    it('holds other bytes of that version', async () => {
      put(world.folder, 'Packages/a/acme-1.0.0-1.x86_64.rpm', 'other');
      const { job } = jobOf(publishing(), { version: '1.0.0' });
      assert.deepEqual(
        ((await yum.preflight?.(job)) ?? []).map(({ code }) => code),
        ['version-taken'],
      );
      await assert.rejects(yum.publish(job), { code: 'object-differs' });
      assert.ok(!existsSync(path('repodata')));
    });
  });

  describe('of bad packages', () => {
    const refuse = async (bytes: Uint8Array, name = 'acme-1.0-1.x86_64.rpm'): Promise<void> => {
      const { job } = jobOf(publishing(), { version: '1.0.0', rpms: [] });
      put(folder, `acme/1.0.0/${name}`, bytes);
      await yum.publish({
        ...job,
        artifacts: () => [{ name, type: 'file', kind: 'package', scope: 'cell', size: bytes.length, sha256: sha256(bytes), digests: {} }],
      });
    };

    for (const [what, [bytes, message]] of Object.entries({
      text: [Buffer.from('hello'), /it is no rpm|It is no rpm/],
      'a cut header': [rpm({ version: '1.0' }).subarray(0, 300), /no whole/],
      'a version with a path': [rpm({ version: '1/../x' }), /its version is "1\/\.\.\/x"/],
      'an architecture with markup': [rpm({ version: '1.0', arch: 'a"<b' }), /its arch is/],
    } as const)) {
      it(`refuses ${what}`, async () => {
        await assert.rejects(refuse(bytes), { code: 'yum-package', message });
        assert.deepEqual(filesIn(world.folder), []);
      });
    }

    for (const name of ['../evil.rpm', 'a b.rpm', '.rpm', 'a/b.rpm']) {
      it(`refuses the file name ${name}`, () => assert.rejects(refuse(rpm({ version: '1.0' }), name), { code: 'yum-file-name' }));
    }

    it('refuses a release without any', () => assert.rejects(publish(publishing(), { version: '1.0.0', rpms: [] }), { code: 'yum-no-packages' }));
  });
});
