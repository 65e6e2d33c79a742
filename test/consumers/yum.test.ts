import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { KeyHandle, KeyJob } from '../../packages/core/src/index.ts';
import type { TestArtifact } from '../../packages/core/src/testing/index.ts';
import { yum } from '../../packages/plugin-deb-rpm/src/yum/registry.ts';
import { file, makeRpm, RELEASE, sampleEntries, X86_64 } from '../../packages/plugin-deb-rpm/test/rpm/rpm-package.ts';
import { listsIn, optionsOf } from '../../packages/plugin-deb-rpm/test/yum/bench.ts';
import { rpmArtifact } from '../../packages/plugin-deb-rpm/test/yum/rpms.ts';
import { DATE, type Publishing, publish } from '../../packages/plugin-deb-rpm/test/yum/runner.ts';
import { gpg } from '../../packages/plugin-sign/src/gpg/key.ts';
import type { GpgOptions } from '../../packages/plugin-sign/src/gpg/options.ts';
import { fixture, PASSPHRASE } from '../../packages/plugin-sign/test/fixtures.ts';
import { parse, secret } from '../../packages/plugin-sign/test/key-job.ts';
import { needs, run, temporaryFolder } from './tools.ts';

/** dnf itself reads our repositories: over HTTP, in a root of its own, trusting our key alone. */

const execute = promisify(execFile);

/** Our own signatures, by the key of a fixture. */
function key(id: string): KeyHandle {
  const job = {
    options: parse(gpg, { key: secret(fixture('gpg-rsa.asc')), passphrase: secret(PASSPHRASE) }),
    ...{ id, date: DATE, release: { product: 'acme', name: 'acme', version: '1.0.0', snapshot: false, date: DATE } },
  } as unknown as KeyJob<GpgOptions>;
  return {
    id,
    info: async () => await gpg.info(job),
    openpgp: async (bytes, options = {}) => (await gpg.openpgp?.(job, bytes, options)) ?? assert.fail(),
    cms: () => Promise.reject(new Error('yum asks for no CMS')),
    raw: () => Promise.reject(new Error('yum asks for no raw signatures')),
  };
}

/** An rpm with one file that tells its version. */
async function rpm(version: string, options: object = {}, name = 'acme'): Promise<TestArtifact> {
  const bytes = await makeRpm({
    entries: [file(`${name}.txt`, version, { role: 'data' })],
    options: { sign: 'release', ...options },
    job: { key, release: { ...RELEASE, name, version }, cell: { platform: X86_64, variant: undefined, variants: [], package: name } },
  });
  return { name: `${name}-${version}-1.x86_64.rpm`, bytes, kind: 'package', format: 'rpm', instance: 'rpm' };
}

describe('dnf', () => {
  needs('dnf', 'rpm', 'rpmbuild', 'gpg', 'createrepo_c');
  const folder = temporaryFolder();
  let server: Server;
  let count = 0;

  before(async () => {
    server = createServer((request, response) => {
      const path = join(folder(), decodeURIComponent(request.url ?? ''));
      const found = existsSync(path) && statSync(path).isFile();
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
    const options = optionsOf({ path: join(folder(), name), url, gpgcheck: true, ...raw });
    return { name, options, folder: join(folder(), `${name}-rpms`), key };
  }

  interface Client {
    /** Output of dnf and what it wrote beside; rejects when it fails. */
    readonly dnf: (...args: readonly string[]) => Promise<string>;
    readonly versions: (...args: readonly string[]) => Promise<readonly string[]>;
    readonly installed: (name: string) => string;
  }

  /** A root without anything in it but what the repository offers. */
  function client({ name }: Repository): Client {
    const root = join(folder(), `root-${count++}`);
    const repos = join(folder(), `repos-${count++}`);
    for (const path of [root, repos, join(root, 'tmp'), join(root, 'dev')]) mkdirSync(path, { recursive: true });
    writeFileSync(join(repos, 'acme.repo'), readFileSync(join(folder(), name, 'acme.repo')));
    writeFileSync(join(repos, 'dnf.conf'), '[main]\n');
    const settings = [
      ...[
        `--installroot=${root}`,
        '--releasever=1',
        '--forcearch=x86_64',
        '--noplugins',
        `--config=${join(repos, 'dnf.conf')}`,
        `--setopt=reposdir=${repos}`,
      ],
      ...['--setopt=retries=1', '--setopt=skip_if_unavailable=0', '-y'],
    ];
    const env = { PATH: `${process.env.PATH}:/usr/sbin:/sbin`, HOME: root, LC_ALL: 'C', TZ: 'UTC', no_proxy: '127.0.0.1' };
    // Who is not root becomes it in a namespace of his own: rpm changes into the root it installs to.
    const [program = 'dnf', ...before] = process.getuid?.() === 0 ? ['dnf'] : ['unshare', '--map-root-user', 'dnf'];
    const call = async (...args: readonly string[]) => await execute(program, [...before, ...settings, ...args], { env, cwd: root });
    const dnf = async (...args: readonly string[]): Promise<string> => {
      const { stdout, stderr } = await call(...args);
      return stdout + stderr;
    };
    const versions = async (...args: readonly string[]): Promise<readonly string[]> => {
      const query = ['-q', 'repoquery', '--refresh', '--queryformat=%{name}-%{version}.%{arch}\n', ...args];
      const { stdout } = await call(...query);
      return stdout.trim().split(/\s+/);
    };
    return { dnf, versions, installed: (one) => readFileSync(join(root, `usr/share/${one}/${one}.txt`), 'utf8') };
  }

  it('lists packages of several machines and of none', async () => {
    const here = repository({ compression: 'zstd', gpgcheck: false });
    const rpms = ['x86_64', 'aarch64', 'noarch'].map((arch) => rpmArtifact({ package: `acme-${arch}`, version: '1.0.0', arch }));
    await publish(here, { version: '1.0.0', rpms });
    assert.deepEqual(await client(here).versions(), ['acme-aarch64-1.0.0.aarch64', 'acme-noarch-1.0.0.noarch', 'acme-x86_64-1.0.0.x86_64']);
  }).timeout(60_000);

  it('installs, upgrades and downgrades', async () => {
    const here = repository();
    await publish(here, { version: '1.0.0', rpms: [await rpm('1.0.0')] });
    const { dnf, installed } = client(here);
    await dnf('install', 'acme');
    assert.equal(installed('acme'), '1.0.0');
    const later = await publish(here, { version: '1.1.0', rpms: [await rpm('1.1.0')] });
    assert.deepEqual(await yum.verify?.(later.job), []);
    await dnf('upgrade', '--refresh');
    assert.equal(installed('acme'), '1.1.0');
    await later.retarget('1.0.0');
    assert.match(await dnf('upgrade', '--refresh'), /Nothing to do/);
    await dnf('downgrade', 'acme');
    assert.equal(installed('acme'), '1.0.0');
  }).timeout(120_000);

  it('refuses metadata that was changed', async () => {
    const here = repository();
    await publish(here, { version: '1.0.0', rpms: [await rpm('1.0.0')] });
    const path = join(folder(), here.name, 'repodata/repomd.xml');
    writeFileSync(path, readFileSync(path, 'utf8').replace('<revision>', '<revision>1'));
    await assert.rejects(client(here).versions(), /Bad GPG signature/);
  }).timeout(60_000);

  it('takes metadata of before with packages of before', async () => {
    const here = repository();
    await publish(here, { version: '1.0.0', rpms: [await rpm('1.0.0')] });
    const { dnf, installed } = client(here);
    await dnf('makecache');
    for (const version of ['1.1.0', '1.2.0', '1.3.0']) await publish(here, { version, rpms: [await rpm(version)] });
    await dnf('install', 'acme');
    assert.equal(installed('acme'), '1.0.0');
  }).timeout(120_000);

  const publishes = process.env.CI_FULL === undefined ? 10 : 50;
  it(`finds a whole repository at any moment of ${publishes} publishes`, async () => {
    const here = repository({ gpgcheck: false, overlap: '1s' });
    await publish(here, { version: '1.0.0' });
    let isPublishing = true;
    const publishing = (async () => {
      for (let minor = 1; minor <= publishes; minor++) await publish(here, { version: `1.${minor}.0` });
    })().finally(() => {
      isPublishing = false;
    });
    const { versions } = client(here);
    const seen = new Set<string>();
    while (isPublishing) seen.add((await versions()).join(' '));
    await publishing;
    assert.deepEqual((await versions()).toSorted(), [`acme-1.${publishes - 1}.0.x86_64`, `acme-1.${publishes}.0.x86_64`].toSorted());
    assert.ok(seen.size > 1, 'nothing changed while it was read');
  }).timeout(300_000);

  it('adds to what createrepo_c made', async () => {
    const here = repository({ sign: false, gpgcheck: false });
    const root = join(folder(), here.name);
    mkdirSync(root);
    writeFileSync(join(root, 'other-2.0.0-1.x86_64.rpm'), (await rpm('2.0.0', {}, 'other')).bytes);
    run('createrepo_c', ['--quiet', '.'], root);
    const theirs =
      listsIn(root)
        .get('primary')
        ?.match(/<package .*<\/package>/s)?.[0] ?? assert.fail();
    await publish(here, { version: '1.0.0', rpms: [await rpm('1.0.0')] });
    assert.ok(listsIn(root).get('primary')?.includes(theirs), 'their element was changed');
    const { dnf, installed } = client(here);
    await dnf('install', 'acme', 'other');
    assert.deepEqual([installed('acme'), installed('other')], ['1.0.0', '2.0.0']);
  }).timeout(60_000);

  it('tells of packages of rpmbuild what createrepo_c tells', async () => {
    const here = repository({ sign: false, gpgcheck: false });
    const [root, top] = [join(folder(), here.name), join(folder(), 'rpmbuild')];
    mkdirSync(top);
    writeFileSync(join(top, 'elfy.spec'), SPEC);
    await execute('rpmbuild', ['-bb', '--define', `_topdir ${top}`, '--target', 'x86_64', 'elfy.spec'], { cwd: top });
    const name = 'elfy-1.0-1.x86_64.rpm';
    const bytes = readFileSync(join(top, 'RPMS/x86_64', name));
    await publish(here, { version: '1.0.0', rpms: [{ name, bytes, kind: 'package', format: 'rpm', instance: 'rpm' }] });
    compareLists(root);
  }).timeout(60_000);

  it('writes the lists createrepo_c writes', async () => {
    const here = repository();
    const root = join(folder(), here.name);
    const relations = {
      requires: ['bash >= 4.2', '(a or b)', 'c < 1:2-3'],
      provides: ['acme(thing) = 2'],
      conflicts: ['evil'],
      obsoletes: ['old <= 1'],
    };
    const rich = {
      entries: sampleEntries(),
      options: { sign: 'release', epoch: 2, ...relations, recommends: ['vim'], suggests: ['nano'], scripts: { post: '#!/bin/sh\ntrue\n' } },
    };
    const bytes = await makeRpm({ ...rich, job: { key } });
    const artifact = { name: 'acme-1.2.3-1.x86_64.rpm', bytes, kind: 'package', format: 'rpm', instance: 'rpm' } as const;
    await publish(here, {
      version: '1.2.3',
      rpms: [artifact, await rpm('2.0.0', {}, 'other'), rpmArtifact({ package: 'bare', version: '1', signed: true })],
    });
    compareLists(root);
  }).timeout(60_000);
});

function compareLists(root: string): void {
  const ours = listsIn(root);
  mkdirSync(join(root, 'theirs'));
  run('createrepo_c', ['--quiet', '--outputdir=theirs', '--general-compress-type=gz', '.'], root);
  const theirs = listsIn(join(root, 'theirs'));
  for (const type of ['primary', 'filelists', 'other']) assert.deepEqual(packagesOf(ours.get(type)), packagesOf(theirs.get(type)));
}

/** With what rpmbuild makes of a package and our own writer does not. */
const SPEC = `
Name: elfy
Version: 1.0
Release: 1
Epoch: 3
Summary: A <tool> & "more"
License: MIT
AutoReqProv: no
Requires: libc.so.6()(64bit) libc.so.6(GLIBC_2.4)(64bit) libc.so.6(GLIBC_2.34)(64bit) libm.so.6()(64bit) /usr/bin/elfy /bin/sh
Requires(pre): shadow-utils
Requires(postun): coreutils
Provides: /usr/share/x thing = 3:1.0-2
%description
Many "words" & <b>
%install
mkdir -p %{buildroot}/usr/bin %{buildroot}/usr/share/elfy
echo 1 > %{buildroot}/usr/bin/elfy
%files
/usr/bin/elfy
%dir /usr/share/elfy
%ghost /var/log/elfy.log
%changelog
* Thu Jan 04 2024 Jane <jane@acme.example> - 1.0-2
- second
* Thu Jan 04 2024 Jane <jane@acme.example> - 1.0-1
- first & <best>
`;

/** In any order; the time of the file is that of its place. */
function packagesOf(list: string | undefined): readonly string[] {
  const packages = list?.match(/<package .*?<\/package>/gs) ?? assert.fail();
  return packages.map((each) => each.replace(/<time file="\d+"/, '<time')).sort();
}
