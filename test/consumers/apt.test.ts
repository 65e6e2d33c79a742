import assert from 'node:assert/strict';
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { KeyHandle, KeyJob } from '../../packages/core/src/index.ts';
import { apt as registry } from '../../packages/plugin-deb-rpm/src/apt/registry.ts';
import { compareVersions } from '../../packages/plugin-deb-rpm/src/apt/version.ts';
import { optionsOf } from '../../packages/plugin-deb-rpm/test/apt/bench.ts';
import type { TestDeb } from '../../packages/plugin-deb-rpm/test/apt/debs.ts';
import { DATE, type Publishing, publish } from '../../packages/plugin-deb-rpm/test/apt/runner.ts';
import { gpg } from '../../packages/plugin-sign/src/gpg/key.ts';
import type { GpgOptions } from '../../packages/plugin-sign/src/gpg/options.ts';
import { fixture, PASSPHRASE } from '../../packages/plugin-sign/test/fixtures.ts';
import { parse, secret } from '../../packages/plugin-sign/test/key-job.ts';
import { needs, run, temporaryFolder } from './tools.ts';

/** apt itself reads our repositories: over HTTP, in a root of its own, trusting our key alone. */

const execute = promisify(execFile);

/** Our own signatures, by the key of a fixture. */
function key(id: string): KeyHandle {
  const job = {
    options: parse(gpg, { key: secret(fixture('gpg-eddsa.asc')), passphrase: secret(PASSPHRASE) }),
    ...{ id, date: DATE, release: { product: 'acme', name: 'acme', version: '1.0.0', snapshot: false, date: DATE } },
  } as unknown as KeyJob<GpgOptions>;
  return {
    id,
    info: async () => await gpg.info(job),
    openpgp: async (bytes, options = {}) => (await gpg.openpgp?.(job, bytes, options)) ?? assert.fail(),
    cms: () => Promise.reject(new Error('apt asks for no CMS')),
    raw: () => Promise.reject(new Error('apt asks for no raw signatures')),
  };
}

describe('apt', () => {
  needs('apt-get', 'apt-cache', 'apt-ftparchive', 'dpkg', 'gpgv', 'gzip');
  const folder = temporaryFolder();
  let server: Server;
  let count = 0;
  /** Paths asked for, the later ones last. */
  const asked: string[] = [];

  before(async () => {
    server = createServer((request, response) => {
      const path = join(folder(), decodeURIComponent(request.url ?? ''));
      asked.push(request.url ?? '');
      const found = existsSync(path);
      response.writeHead(found ? 200 : 404).end(found ? readFileSync(path) : undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(() => server?.close());

  interface Repository extends Publishing {
    readonly name: string;
  }

  function repository(raw: object = {}): Repository {
    const name = `repository-${count++}`;
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${name}`;
    const options = optionsOf({ path: join(folder(), name), url, ...raw });
    return { name, options, folder: join(folder(), `${name}-debs`), key };
  }

  interface Client {
    readonly root: string;
    /** Output of apt-get and what it wrote beside; rejects when it fails. */
    readonly apt: (...args: readonly string[]) => Promise<string>;
    readonly versions: (name: string) => Promise<readonly string[]>;
    readonly installed: (name: string) => string;
  }

  /** A root without anything in it but the sources file the repository offers. */
  function client({ name }: Repository): Client {
    const root = join(folder(), `root-${count++}`);
    for (const path of [
      'etc/apt/sources.list.d',
      'etc/apt/preferences.d',
      'etc/apt/apt.conf.d',
      'etc/apt/trusted.gpg.d',
      'var/lib/apt/lists/partial',
    ])
      mkdirSync(join(root, path), { recursive: true });
    for (const path of ['var/cache/apt/archives/partial', 'var/lib/dpkg/info', 'var/lib/dpkg/updates', 'var/lib/dpkg/triggers', 'var/log/apt'])
      mkdirSync(join(root, path), { recursive: true });
    for (const path of ['var/lib/dpkg/status', 'etc/apt/apt.conf']) writeFileSync(join(root, path), '');
    writeFileSync(join(root, 'etc/apt/sources.list.d/acme.sources'), readFileSync(join(folder(), name, 'acme.sources')));
    chmodSync(root, 0o755);
    const settings = [
      ...[`Dir=${root}`, 'Dir::Bin::Methods=/usr/lib/apt/methods', 'Dir::Bin::dpkg=/usr/bin/dpkg', `Dir::State::status=${root}/var/lib/dpkg/status`],
      ...['APT::Architecture=amd64', 'APT::Architectures=amd64', 'APT::Sandbox::User=root', 'Acquire::Languages=none', 'Acquire::http::Proxy=DIRECT'],
      ...[`DPkg::Options::=--root=${root}`, 'DPkg::Options::=--force-not-root', 'DPkg::Options::=--log=/dev/null', 'DPkg::Path='],
    ].flatMap((setting) => ['-o', setting]);
    const env = {
      PATH: `${process.env.PATH}:/usr/sbin:/sbin`,
      HOME: root,
      LC_ALL: 'C',
      APT_CONFIG: join(root, 'etc/apt/apt.conf'),
      DEBIAN_FRONTEND: 'noninteractive',
    };
    const call = async (program: string, args: readonly string[]): Promise<string> => {
      const { stdout, stderr } = await execute(program, [...settings, ...args], { env, cwd: root });
      return stdout + stderr;
    };
    return {
      root,
      apt: async (...args) => await call('apt-get', ['-y', ...args]),
      versions: async (name) => [...(await call('apt-cache', ['madison', name])).matchAll(/\| +(\S+) \|/g)].map(([, version = '']) => version),
      installed: (name) => readFileSync(join(root, 'usr/share', name, 'version'), 'utf8'),
    };
  }

  const debs = (version: string): readonly TestDeb[] => [
    { version, more: `Depends: acme-doc (= ${version})\nSection: utils\n` },
    { version, architecture: 'arm64' },
    { package: 'acme-doc', version, architecture: 'all', more: 'Section: doc\nPriority: optional\n' },
  ];

  it('installs and upgrades what is published', async () => {
    const here = repository();
    const { job } = await publish(here, { version: '1.0.0', debs: debs('1.0.0-1') });
    assert.deepEqual(await registry.verify?.(job), []);
    const { apt, installed } = client(here);
    assert.doesNotMatch(await apt('update'), /^[WEN]:/m);
    await apt('install', 'acme');
    assert.deepEqual([installed('acme'), installed('acme-doc')], ['1.0.0-1', '1.0.0-1']);
    await publish(here, { version: '1.1.0', debs: debs('1.1.0-1') });
    await apt('update');
    await apt('upgrade');
    assert.deepEqual([installed('acme'), installed('acme-doc')], ['1.1.0-1', '1.1.0-1']);
  }).timeout(120_000);

  it('follows a release that is taken back', async () => {
    const here = repository();
    await publish(here, { version: '1.0.0' });
    const later = await publish(here, { version: '1.1.0' });
    const { apt, versions, installed } = client(here);
    await apt('update');
    assert.deepEqual(await versions('acme'), ['1.1.0-1', '1.0.0-1']);
    await apt('install', 'acme');
    await later.undo();
    await apt('update');
    assert.deepEqual(await versions('acme'), ['1.0.0-1']);
    await apt('install', 'acme=1.0.0-1', '--allow-downgrades');
    assert.equal(installed('acme'), '1.0.0-1');
  }).timeout(120_000);

  it('follows clients sent to an earlier version', async () => {
    const here = repository();
    await publish(here, { version: '1.0.0' });
    const later = await publish(here, { version: '1.1.0' });
    const { apt, versions } = client(here);
    await apt('update');
    await later.retarget('1.0.0');
    await apt('update');
    assert.deepEqual(await versions('acme'), ['1.0.0-1']);
    await publish(here, { version: '1.2.0' });
    await apt('update');
    assert.deepEqual(await versions('acme'), ['1.2.0-1', '1.0.0-1']);
  }).timeout(120_000);

  it('takes an index of before with packages of before', async () => {
    const here = repository();
    await publish(here, { version: '1.0.0' });
    const { apt, installed } = client(here);
    await apt('update');
    for (const version of ['1.1.0', '1.2.0', '1.3.0']) await publish(here, { version });
    await apt('install', 'acme');
    assert.equal(installed('acme'), '1.0.0-1');
  }).timeout(120_000);

  it('refuses an index that was changed', async () => {
    const here = repository();
    await publish(here, { version: '1.0.0' });
    const { apt } = client(here);
    const path = join(folder(), here.name, 'dists/stable/InRelease');
    writeFileSync(path, readFileSync(path, 'utf8').replace('Label: acme', 'Label: evil'));
    await assert.rejects(apt('update'), /BADSIG/);
  }).timeout(120_000);

  it('finds a whole repository at any moment of 50 publishes', async () => {
    const here = repository({ contents: false });
    await publish(here, { version: '1.0.0' });
    let isPublishing = true;
    const publishing = (async () => {
      for (let minor = 1; minor <= 50; minor++) await publish(here, { version: `1.${minor}.0` });
    })().finally(() => {
      isPublishing = false;
    });
    const { apt, versions } = client(here);
    const seen = new Set<string>();
    while (isPublishing) {
      assert.doesNotMatch(await apt('update'), /^[WE]:/m);
      seen.add((await versions('acme')).join(' '));
    }
    await publishing;
    await apt('update');
    assert.deepEqual(await versions('acme'), ['1.50.0-1', '1.49.0-1']);
    assert.ok(seen.size > 1, 'nothing changed while it was read');
    const indexes = asked.filter((path) => path.startsWith(`/${here.name}/dists/`) && !path.endsWith('/InRelease'));
    assert.ok(indexes.length > 1 && indexes.every((path) => path.includes('/by-hash/SHA256/')), 'an index was asked for by its plain name');
  }).timeout(300_000);

  it('lists what apt-ftparchive lists', async () => {
    const here = repository();
    for (const version of ['1.0.0', '1.1.0']) await publish(here, { version, debs: debs(`${version}-1`) });
    const root = join(folder(), here.name);
    const theirs = ['amd64', 'arm64'].map((arch) =>
      run('apt-ftparchive', ['--arch', arch, '--md5=no', '--sha1=no', '--sha512=no', 'packages', 'pool'], root),
    );
    const ours = ['amd64', 'arm64'].map((arch) => readFileSync(join(root, `dists/stable/main/binary-${arch}/Packages`), 'utf8'));
    assert.deepEqual(ours.map(stanzas), theirs.map(stanzas));
    const contents = run('apt-ftparchive', ['--arch', 'amd64', 'contents', 'pool'], root);
    assert.deepEqual(lines(execFileSync('gzip', ['-dc', join(root, 'dists/stable/main/Contents-amd64.gz')], { encoding: 'utf8' })), lines(contents));
  });

  it('has versions in the order of dpkg', () => {
    const versions = [
      '1.0',
      '1.0-1',
      '1.0~rc.1-1',
      '1.0~~-1',
      '1:0.1',
      '1.0+b1-1',
      '1.0a-1',
      '1.10-1',
      '1.9-1',
      '01.0-1',
      '1.0-1+deb12u1',
      '1.0.0-1',
      '1-1',
    ];
    const isOlder = (a: string, b: string): boolean => spawnSync('dpkg', ['--compare-versions', a, 'lt', b]).status === 0;
    for (const a of versions) for (const b of versions) assert.equal(compareVersions(a, b) < 0, isOlder(a, b), `${a} and ${b}`);
  });
});

/** Fields in any order, stanzas in any order. */
function stanzas(text: string): readonly string[] {
  const fields = (stanza: string): string =>
    stanza
      .split(/\n(?! )/)
      .sort()
      .join('\n');
  return text.trim().split(/\n\n+/).map(fields).sort();
}

function lines(text: string): readonly string[] {
  return text
    .trim()
    .split('\n')
    .map((line) => line.replace(/\s+/, ' '))
    .sort();
}
