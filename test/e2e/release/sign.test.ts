import assert from 'node:assert/strict';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { fixture, fixturePath, PASSPHRASE } from '../../../packages/plugin-sign/test/fixtures.ts';
import { refuses } from '../bad-input.ts';
import { type Ran, ROOT, type RunOptions, result, run, succeed } from '../cli.ts';
import { type Project, sandbox, sha256, snapshot } from '../project.ts';
import { smallProject } from '../small-project.ts';

const BUILT = process.env.E2E_BUILT === 'true';
const PLUGIN = `plugins: [${join(ROOT, 'packages/plugin-sign', BUILT ? 'dist/index.js' : 'src/index.ts')}]`;
/** What a release is dated by, so that certificates and signatures of the fixtures are of its time. */
const DATED = { SOURCE_DATE_EPOCH: '1700000000' };
const ENV = {
  ...DATED,
  GPG_KEY: fixture('gpg-eddsa.asc'),
  COSIGN_KEY: fixture('cosign.key'),
  MINISIGN_KEY: fixture('minisign.key'),
  KEY_PASS: PASSPHRASE,
};

const KEYS = `sign:
  gpg: { key: { env: GPG_KEY }, passphrase: { env: KEY_PASS }, artifacts: [all] }
  mini: { use: minisign, key: { env: MINISIGN_KEY } }
  cosign: { key: { env: COSIGN_KEY }, passphrase: { env: KEY_PASS } }
  code: { use: x509, certificate: ${fixturePath('x509-ec.pem')}, keyFile: ec.key, artifacts: [zip] }`;

const EXPECTED = [
  'acme-1.2.3-linux-amd64-complete.tar.gz.asc',
  'acme-1.2.3-linux-amd64-minimal.tar.gz.asc',
  'acme-1.2.3-windows-amd64-complete.zip.asc',
  'acme-1.2.3-windows-amd64-complete.zip.p7s',
  'acme-1.2.3-windows-amd64-minimal.zip.asc',
  'acme-1.2.3-windows-amd64-minimal.zip.p7s',
  'checksums.sha256.asc',
  'checksums.sha256.cosign.bundle',
  'checksums.sha256.minisig',
];

interface Signed {
  readonly signatures: readonly { readonly name: string; readonly key: string; readonly state: string }[];
}

describe('sign', () => {
  const box = sandbox();
  const project = (more: string = KEYS): Project =>
    box.project({ ...smallProject({ more: `${PLUGIN}\n${more}` }), 'ec.key': { text: fixture('x509-ec.key'), mode: 0o600 } });
  const env = (more: Readonly<Record<string, string>> = {}): RunOptions => ({ env: { ...ENV, ...more } });

  it('writes the signatures asked for', async () => {
    const made = project();
    await succeed(made, ['package'], env());
    assert.deepEqual(
      readdirSync(made.path('packages')).filter((name) => EXPECTED.includes(name)),
      [],
    );
    const { signatures } = result<Signed>(await succeed(made, ['sign', '--json'], env()));
    assert.deepEqual(
      signatures.map(({ name, state }) => [name, state]),
      EXPECTED.map((name) => [name, 'made']),
    );
    const manifest = JSON.parse(made.read('packages/release.json')) as {
      artifacts: { name: string; kind: string; subject: string; sha256: string }[];
    };
    const listed = manifest.artifacts.filter(({ kind }) => kind === 'signature');
    assert.deepEqual(
      listed.map(({ name }) => name),
      EXPECTED,
    );
    for (const { name, subject, sha256: digest } of listed) {
      assert.equal(digest, sha256(made.path('packages', name)));
      assert.ok(name.startsWith(`${subject}.`));
      assert.equal(lstatSync(made.path('packages', name)).mode & 0o777, 0o644);
    }
    await succeed(made, ['validate'], env());
  });

  it('gives the same bytes elsewhere', async () => {
    const [one, two] = [project(), project()];
    for (const each of [one, two]) {
      await succeed(each, ['package'], env());
      await succeed(each, ['sign'], env());
    }
    assert.deepEqual(snapshot(one.path('packages')), snapshot(two.path('packages')));
  });

  it('changes nothing the second time', async () => {
    const made = project();
    await succeed(made, ['package'], env());
    await succeed(made, ['sign'], env());
    const before = snapshot(made.path('packages'));
    const { signatures } = result<Signed>(await succeed(made, ['sign', '--json'], env()));
    assert.ok(signatures.every(({ state }) => state === 'kept'));
    await succeed(made, ['package'], env());
    assert.deepEqual(snapshot(made.path('packages')), before);
  });

  it('signs with one key in another folder', async () => {
    const made = project();
    await succeed(made, ['package', '-o', 'elsewhere'], env());
    const { signatures } = result<Signed>(await succeed(made, ['sign', '--from', 'elsewhere', '--key', 'mini', '--json'], env()));
    assert.deepEqual(
      signatures.map(({ name }) => name),
      ['checksums.sha256.minisig'],
    );
  });

  it('shows what it would sign', async () => {
    const made = project();
    await succeed(made, ['package'], env());
    const before = snapshot(made.root, { without: ['.provisioning-dist'] });
    const { stdout } = await succeed(made, ['sign', '--dry-run'], env());
    for (const name of EXPECTED) assert.match(stdout, new RegExp(`^ *${name.replaceAll('.', '\\.')} .*planned`, 'm'));
    assert.deepEqual(snapshot(made.root, { without: ['.provisioning-dist'] }), before);
  });

  it('finds a signature that was changed', async () => {
    const made = project();
    await succeed(made, ['package'], env());
    await succeed(made, ['sign'], env());
    made.write({ 'packages/checksums.sha256.minisig': made.read('packages/checksums.sha256.minisig').replace('file:', 'fi1e:') });
    const { exit, stderr } = await run(made, ['validate', '--no-stage'], env());
    assert.equal(exit, 4);
    assert.match(stderr, /^error\[signature-wrong\]: checksums\.sha256\.minisig: .*trusted comment was changed$/m);
  });

  describe('tells nobody', () => {
    /** Prints everything it is given, as the worst of programs would. */
    const LEAK = `#!/usr/bin/env node
const { appendFileSync, readFileSync } = require('node:fs');
const input = readFileSync(0, 'utf8');
appendFileSync(__dirname + '/argv.txt', process.argv.join(' ') + '\\n');
console.error(input, Buffer.from(input).toString('base64'), encodeURIComponent(input.trim()), JSON.stringify(process.env));
console.log(input);
process.exit(2);
`;
    const canaries = [
      PASSPHRASE,
      ...[ENV.GPG_KEY, ENV.COSIGN_KEY, ENV.MINISIGN_KEY].flatMap((key) => key.split('\n').filter((line) => /^[A-Za-z0-9+/=]{20,}$/.test(line))),
    ];

    /** Everything printed, and every file but the keys themselves. */
    function told(made: Project, { stdout, stderr }: Ran): string {
      const files = readdirSync(made.root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && entry.name !== 'ec.key');
      return [stdout, stderr, ...files.map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'))].join('\n');
    }

    function assertSilent(text: string): void {
      const forms = (canary: string) => [
        canary,
        encodeURIComponent(canary),
        Buffer.from(canary)
          .toString('base64')
          .replace(/.{0,3}=*$/, ''),
      ];
      const found = canaries.filter((canary) => forms(canary).some((form) => text.includes(form)));
      assert.deepEqual(
        found.map((canary) => canary.slice(0, 6)),
        [],
      );
    }

    it('what it signed with', async () => {
      const made = project();
      await succeed(made, ['package'], env());
      for (const args of [
        ['sign', '--verbose'],
        ['sign', '--verbose', '--json'],
      ])
        assertSilent(told(made, await succeed(made, args, env())));
      assert.ok(told(made, await succeed(made, ['validate', '--verbose'], env())).includes('checksums.sha256.minisig'));
    });

    for (const args of [
      ['sign', '--verbose'],
      ['sign', '--verbose', '--json'],
    ]) {
      it(`what ${args.join(' ')} failed with`, async () => {
        const made = project(KEYS.replace('key: { env: COSIGN_KEY }', 'key: { env: MINISIGN_KEY }'));
        await succeed(made, ['package'], env());
        const ran = await run(made, args, { env: { ...ENV, PROVISIONING_DEBUG: 'true' } });
        assert.equal(ran.exit, 3);
        assertSilent(told(made, ran));
      });
    }

    for (const kind of ['gpg', 'command'] as const) {
      it(`what a ${kind} program was given`, async () => {
        const keys = {
          gpg: 'sign: { gpg: { command: { program: ./leak.cjs }, passphrase: { env: KEY_PASS } } }',
          command:
            'sign: { own: { use: command, suffix: .own, sign: [./leak.cjs, "{file}", "{signature}"], verify: [./leak.cjs, "{file}", "{signature}"], stdin: { env: KEY_PASS }, env: { SIGN_KEY: { env: MINISIGN_KEY } } } }',
        };
        const made = project(keys[kind]);
        made.write({ 'leak.cjs': { text: LEAK, mode: 0o755 } });
        await succeed(made, ['package'], env());
        for (const args of [
          ['sign', '--verbose'],
          ['sign', '--verbose', '--json'],
        ]) {
          const ran = await run(made, args, { env: { ...ENV, PROVISIONING_DEBUG: 'true' } });
          assert.notEqual(ran.exit, 0);
          assert.match(ran.stdout + ran.stderr, /leak\.cjs[\s\S]*\*\*\*/);
          assertSilent(told(made, ran));
        }
        assert.match(made.read('argv.txt'), kind === 'gpg' ? /--passphrase-fd 0/ : /checksums\.sha256/);
      });
    }
  });
});

describe('a key', () => {
  const gpg = (options: string) => `${PLUGIN}\nsign: { gpg: { ${options} } }`;
  const options = { env: ENV };
  const bad = { args: ['sign'], exit: 3, options, leaves: ['.provisioning-dist'] } as const;
  refuses({
    'a wrong passphrase': {
      ...bad,
      sections: { more: gpg('key: { env: GPG_KEY }, passphrase: { env: COSIGN_KEY }') },
      code: 'key-passphrase',
      says: /the passphrase does not open its key/,
    },
    'a key that is not set': { ...bad, sections: { more: gpg('key: { env: NOWHERE_SET }') }, code: 'secret-missing', says: /env NOWHERE_SET/ },
    'a public key': { ...bad, sections: { more: gpg(`keyFile: ${fixturePath('gpg-eddsa.pub.asc')}`) }, code: 'key-unusable', says: /a public one/ },
    'an expired key': { ...bad, sections: { more: gpg(`keyFile: ${fixturePath('gpg-expired.asc')}`) }, code: 'key-expired', says: /2023-06-01/ },
    'garbage for a key': { ...bad, sections: { more: gpg('keyFile: docs/readme.md') }, code: 'key-unusable', says: /no OpenPGP key/ },
    'a key in the configuration': {
      ...bad,
      exit: 2,
      leaves: [],
      sections: { more: gpg('key: "-----BEGIN PGP PRIVATE KEY BLOCK-----"') },
      code: 'config-value',
      says: /must not stand in the configuration/,
    },
    'a key nobody knows': {
      ...bad,
      exit: 2,
      leaves: [],
      args: ['sign', '--key', 'local'],
      sections: { more: gpg('key: { env: GPG_KEY }') },
      code: 'unknown-key',
      says: /there are gpg/,
    },
  });
});
