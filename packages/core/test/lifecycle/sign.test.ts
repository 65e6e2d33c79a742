import assert from 'node:assert/strict';
import { appendFileSync, existsSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterEach, describe, it } from 'mocha';
import { packageRelease } from '../../src/lifecycle/package-release.ts';
import { type PublishSummary, publishRelease } from '../../src/lifecycle/publish-release.ts';
import { release as releaseRelease } from '../../src/lifecycle/release.ts';
import type { ReleaseManifest } from '../../src/lifecycle/release-manifest.ts';
import type { RunContext } from '../../src/lifecycle/run-context.ts';
import type { SessionOptions } from '../../src/lifecycle/session.ts';
import { signRelease } from '../../src/lifecycle/sign.ts';
import { missingSignatures } from '../../src/lifecycle/sign-check.ts';
import { signaturePlaceholders } from '../../src/lifecycle/sign-plan.ts';
import { type SignSummary, signFolder } from '../../src/lifecycle/sign-release.ts';
import { validateRelease } from '../../src/lifecycle/validate.ts';
import type { Finding } from '../../src/model/finding.ts';
import { SessionProject } from './session-project.ts';

/** A key whose signatures are other bytes each time, as those of many remote signers. */
const PLUGIN = `
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
const said = (text) => appendFileSync(new URL('calls.txt', import.meta.url), text + '\\n');
const scope = { scope: 'cell', group: 'archive', kind: 'archive', options: ({ z }) => z.object({ text: z.string().default('') }) };
export default {
  name: 'test', apiVersion: 1,
  formats: {
    txt: { ...scope, ext: 'txt', *write({ options }) { yield Buffer.from('text ' + options.text); } },
    bin: { ...scope, kind: 'package', ext: 'bin', *write() { yield Buffer.from('bin'); } },
    tree: { ...scope, kind: 'container', ext: 'tree', *layout() { yield { type: 'file', path: 'a', mode: 0o644, parts: [Buffer.from('a')] }; } },
    seals: { ...scope, ext: 'txt.seal', *write() { yield Buffer.from('x'); } },
    inside: { ...scope, ext: 'inside', options: ({ z }) => z.object({ signer: z.string() }), *write({ key, options }) {
      const { answer } = yield { ask: () => key(options.signer).raw(Buffer.alloc(32), { hash: 'sha256' }) };
      yield answer;
    } },
  },
  keys: {
    seal: {
      options: ({ z, secret }) => z.object({
        suffix: z.string().default('.seal'), who: z.string().default('me'), secret: secret().optional(), fails: z.string().optional(), lies: z.boolean().optional(),
      }),
      info: async ({ options }) => ({ id: options.who, algorithm: 'none' }),
      raw: async ({ options }) => Buffer.from('raw by ' + options.who),
      detached: {
        suffix: ({ suffix }) => suffix,
        sign: async ({ id, options }, file) => {
          said('sign ' + id + ' ' + file.name);
          await options.secret?.reveal();
          if (options.fails === file.name) throw new TypeError('the card is out');
          return Buffer.from([options.who, options.lies ? 'lies' : file.sha256, randomUUID()].join(' '));
        },
        verify: async ({ id, options }, file, signature) => {
          await options.secret?.reveal();
          const [who, sha256] = Buffer.from(signature).toString().split(' ');
          if (who === options.who && sha256 === file.sha256) return;
          throw new Error('it does not fit');
        },
      },
    },
    plain: { options: ({ z }) => z.object({}), info: async () => ({ id: 'plain', algorithm: 'none' }) },
  },
  registries: { box: { options: ({ z }) => z.object({}), effects: [], publish: async () => {} } },
  setup: ({ hooks }) => hooks.sign.tap('seal', { name: 'test' }, ({ id, file, artifact, artifacts }) => {
    said('hook ' + id + ' ' + file.name + ' ' + artifact.kind + ' ' + artifacts().length);
  }),
};
`;

const CONTENTS = 'contents: [{ from: file.txt, to: bin/ }]\n';
const LINUX = 'acme-1.0.0-linux-amd64.txt';
const MACOS = 'acme-1.0.0-macos-arm64.txt';
const SUMS = 'checksums.sha256';

describe('signRelease', () => {
  let project: SessionProject;

  afterEach(() => project.remove());

  function open(sign: string, packages = '{ txt: {}, bin: {} }'): SessionProject {
    project = new SessionProject(`${CONTENTS}packages: ${packages}\nsign: ${sign}\n`, { 'plugin.mjs': PLUGIN, 'file.txt': 'file' });
    return project;
  }

  async function packaged(options: Partial<SessionOptions> = {}): Promise<{ readonly run: RunContext; readonly manifest: ReleaseManifest }> {
    const run = await project.run(options);
    return { run, manifest: await packageRelease(run, { clean: false }) };
  }

  async function signed(options: Partial<SessionOptions> = {}): Promise<ReleaseManifest> {
    const { run, manifest } = await packaged(options);
    return signRelease(run, manifest);
  }

  const signatures = ({ artifacts }: ReleaseManifest) => artifacts.filter(({ kind }) => kind === 'signature').map(({ name }) => name);
  const signCalls = () => project.calls().filter((call) => call.startsWith('sign '));
  const manifestNow = () => JSON.parse(project.read('packages/release.json')) as ReleaseManifest;

  it('signs the checksums by default', async () => {
    open('{ seal: {} }');
    const manifest = await signed();
    assert.deepEqual(signatures(manifest), [`${SUMS}.seal`]);
    assert.deepEqual(manifestNow(), manifest);
    assert.deepEqual(project.calls(), [`hook seal ${SUMS} checksums 4`, `sign seal ${SUMS}`]);
  });

  it('records what a signature is about', async () => {
    open('{ seal: { artifacts: [txt] } }');
    const found = (await signed()).artifacts.find(({ name }) => name === `${LINUX}.seal`);
    const { kind, type, scope, platform, subject, size } = found ?? {};
    assert.deepEqual(
      { kind, type, scope, platform, subject },
      { kind: 'signature', type: 'file', scope: 'cell', platform: 'linux-amd64', subject: LINUX },
    );
    assert.equal(size, project.read(`packages/${LINUX}.seal`).length);
  });

  it('lists no signature in the checksums', async () => {
    open('{ seal: { artifacts: [all] } }');
    await signed();
    assert.doesNotMatch(project.read(`packages/${SUMS}`), /seal/);
    await signed();
    assert.doesNotMatch(project.read(`packages/${SUMS}`), /seal/);
  });

  for (const [artifacts, names] of [
    ['all', ['acme-1.0.0-linux-amd64.bin', LINUX, 'acme-1.0.0-macos-arm64.bin', MACOS, SUMS]],
    ['package', ['acme-1.0.0-linux-amd64.bin', 'acme-1.0.0-macos-arm64.bin']],
    ['txt, checksums', [LINUX, MACOS, SUMS]],
    ['archive', [LINUX, MACOS]],
    ['none', []],
  ] as const) {
    it(`signs ${artifacts}`, async () => {
      open(`{ seal: { artifacts: [${artifacts}] } }`);
      assert.deepEqual(
        signatures(await signed()),
        names.map((name) => `${name}.seal`),
      );
    });
  }

  it('leaves folders unsigned', async () => {
    open('{ seal: { artifacts: [all] } }', '{ tree: {} }');
    assert.deepEqual(signatures(await signed()), [`${SUMS}.seal`]);
  });

  it('signs with nothing that makes no files', async () => {
    open('{ plain: { artifacts: [all] } }');
    assert.deepEqual(signatures(await signed()), []);
  });

  it('keeps signatures that fit', async () => {
    open('{ seal: { artifacts: [all] } }');
    const first = await signed();
    project.calls();
    assert.deepEqual(await signed(), first);
    assert.deepEqual(signCalls(), []);
  });

  it('keeps one that a killed run left behind', async () => {
    open('{ seal: {} }');
    const { run, manifest } = await packaged();
    await signRelease(run, manifest);
    project.calls();
    await signRelease(run, manifest);
    assert.deepEqual(signCalls(), []);
  });

  it('signs anew what somebody changed', async () => {
    open('{ seal: {} }');
    await signed();
    appendFileSync(project.path(`packages/${SUMS}.seal`), 'more');
    project.calls();
    await signed();
    assert.deepEqual(signCalls(), [`sign seal ${SUMS}`]);
    assert.doesNotMatch(project.read(`packages/${SUMS}.seal`), /more/);
  });

  it('signs anew with another key', async () => {
    open('{ seal: {} }');
    await signed();
    project.write({ 'provisioning-dist.yaml': project.read('provisioning-dist.yaml').replace('seal: {}', 'seal: { who: them }') });
    await signed();
    assert.match(project.read(`packages/${SUMS}.seal`), /^them /);
  });

  it('takes no link for a signature', async () => {
    open('{ seal: {} }');
    await signed();
    const path = project.path(`packages/${SUMS}.seal`);
    project.write({ elsewhere: project.read(`packages/${SUMS}.seal`) });
    rmSync(path);
    symlinkSync(project.path('elsewhere'), path);
    const before = project.read('elsewhere');
    const { run } = { run: await project.run() };
    await signRelease(run, manifestNow());
    assert.equal(project.read('elsewhere'), before);
    assert.notEqual(project.read(`packages/${SUMS}.seal`), before);
  });

  it('removes signatures of what was packaged anew', async () => {
    open('{ seal: { artifacts: [all] } }', '{ txt: {}, bin: {} }');
    await signed();
    project.write({ 'provisioning-dist.yaml': project.read('provisioning-dist.yaml').replace('txt: {}', 'txt: { text: new }') });
    const { manifest } = await packaged();
    assert.deepEqual(signatures(manifest), ['acme-1.0.0-linux-amd64.bin.seal', 'acme-1.0.0-macos-arm64.bin.seal']);
    assert.equal(existsSync(project.path(`packages/${SUMS}.seal`)), false);
    assert.equal(existsSync(project.path(`packages/${LINUX}.seal`)), false);
  });

  it('removes signatures of a key that is gone', async () => {
    open('{ seal: {}, other: { use: seal, suffix: .other } }');
    await signed();
    project.write({ 'provisioning-dist.yaml': project.read('provisioning-dist.yaml').replace(', other: { use: seal, suffix: .other }', '') });
    assert.deepEqual(signatures(await signed()), [`${SUMS}.seal`]);
    assert.equal(existsSync(project.path(`packages/${SUMS}.other`)), false);
  });

  it('leaves those of keys left out alone', async () => {
    open('{ seal: {}, other: { use: seal, suffix: .other } }');
    await signed();
    const before = project.read(`packages/${SUMS}.other`);
    const run = await project.run({ only: ['seal'] });
    assert.deepEqual(signatures(await signRelease(run, manifestNow())), [`${SUMS}.other`, `${SUMS}.seal`]);
    assert.equal(project.read(`packages/${SUMS}.other`), before);
  });

  it('does nothing by --skip sign', async () => {
    open('{ seal: {} }');
    assert.deepEqual(signatures(await signed({ skip: ['sign'] })), []);
  });

  for (const [what, sign, packages, code] of [
    ['two of one name', '{ seal: {}, other: { use: seal } }', '{ txt: {} }', 'signature-duplicate'],
    ['two that differ in case', '{ seal: {}, other: { use: seal, suffix: .SEAL } }', '{ txt: {} }', 'signature-duplicate'],
    ["an artifact's name", '{ seal: { artifacts: [txt] } }', '{ txt: {}, seals: {} }', 'signature-duplicate'],
    ['a subject nobody knows', '{ seal: { artifacts: [texts] } }', '{ txt: {} }', 'unknown-subject'],
    ['none among others', '{ seal: { artifacts: [none, all] } }', '{ txt: {} }', 'sign-none'],
    ['a suffix with a path', '{ seal: { suffix: "/../x" } }', '{ txt: {} }', 'sign-suffix'],
    ['a suffix without a dot', '{ seal: { suffix: seal } }', '{ txt: {} }', 'sign-suffix'],
  ] as const) {
    it(`refuses ${what}`, async () => {
      open(sign, packages);
      await assert.rejects(signed(), { code, exit: 2 });
      assert.deepEqual(signCalls(), []);
    });
  }

  it('refuses a signature that does not verify', async () => {
    open('{ seal: { lies: true } }');
    await assert.rejects(signed(), { code: 'sign-failed', message: `Cannot sign "${SUMS}" with "seal": it does not fit` });
    assert.equal(existsSync(project.path(`packages/${SUMS}.seal`)), false);
  });

  it('keeps what it signed before a failure', async () => {
    open(`{ seal: { artifacts: [txt], fails: ${MACOS} } }`);
    await assert.rejects(signed(), { code: 'sign-failed', message: /the card is out/ });
    assert.deepEqual(signatures(manifestNow()), [`${LINUX}.seal`]);
  });

  it('runs the hooks of the configuration', async () => {
    open('{ seal: {} }');
    const write = (word: string) =>
      `{ when: ${word}, run: ["${process.execPath}", "-e", "fs.appendFileSync('calls.txt', '${word}' + String.fromCharCode(10))"] }`;
    appendFileSync(project.path('provisioning-dist.yaml'), `hooks: { sign: [${write('before')}, ${write('after')}] }\n`);
    await signed();
    assert.deepEqual(project.calls(), ['before', `hook seal ${SUMS} checksums 4`, `sign seal ${SUMS}`, 'after']);
  });

  describe('in a snapshot', () => {
    it('leaves out keys that are not there', async () => {
      open('{ seal: {}, other: { use: seal, suffix: .other, secret: { env: NOWHERE_SET } } }');
      const manifest = await signed({ snapshot: true });
      assert.deepEqual(signatures(manifest), [`${SUMS}.seal`]);
      assert.match(project.screen.text(), /The snapshot is not signed with "other": env NOWHERE_SET is not set/);
      assert.deepEqual(await missingSignatures(await project.run({ snapshot: true }), manifest), []);
    });
  });

  describe('and publishing', () => {
    async function missing(options: Partial<SessionOptions> = {}): Promise<readonly (readonly [string, string, string])[]> {
      const findings = await missingSignatures(await project.run(options), manifestNow());
      return findings.map(({ level, code, subject }) => [level, code, subject]);
    }

    it('finds nothing missing when all is signed', async () => {
      open('{ seal: { artifacts: [all] } }');
      await signed();
      assert.deepEqual(await missing(), []);
    });

    it('finds every signature that is not there', async () => {
      open('{ seal: { artifacts: [txt, checksums] } }');
      await packaged();
      assert.deepEqual(
        await missing(),
        [LINUX, MACOS, SUMS].map((name) => ['error', 'unsigned', name]),
      );
    });

    for (const [what, bytes] of [
      ['that does not fit', 'me 1234 x'],
      ['of another key', 'them x'],
      ['too large', 'x'.repeat(1024 * 1024 + 1)],
    ] as const) {
      it(`finds a signature ${what}`, async () => {
        open('{ seal: {} }');
        await signed();
        writeFileSync(project.path(`packages/${SUMS}.seal`), bytes);
        assert.deepEqual(await missing(), [['error', 'unsigned', SUMS]]);
      });
    }

    it('takes a file beside release.json for none', async () => {
      open('{ seal: {} }');
      const { run, manifest } = await packaged();
      await signRelease(run, manifest);
      assert.deepEqual(
        (await missingSignatures(run, manifest)).map(({ code }) => code),
        ['unsigned'],
      );
    });

    it('asks for signatures whatever is published', async () => {
      open('{ seal: {} }');
      await packaged();
      assert.equal((await missing({ only: ['publish'] })).length, 1);
    });

    for (const skip of ['sign', 'seal']) {
      it(`asks for none by --skip ${skip}`, async () => {
        open('{ seal: {} }');
        await packaged();
        assert.deepEqual(await missing({ skip: [skip] }), []);
      });
    }

    for (const skip of ['sign', 'seal']) {
      it(`tells in publish and release who is left out by --skip ${skip}`, async () => {
        open('{ seal: {} }');
        appendFileSync(project.path('provisioning-dist.yaml'), 'publish: { box: {} }\n');
        await packaged();
        for (const publishing of [publishRelease, releaseRelease]) {
          const summary = await publishing(await project.run({ skip: [skip] }), { dryRun: false, clean: false });
          assert.deepEqual(summary.unsigned, ['seal']);
          assert.match(project.screen.text(), /unsigned.*acme 1\.0\.0|acme 1\.0\.0.*not signed with "seal"/);
          const record = JSON.parse(project.read('.provisioning-dist/releases/acme-1.0.0/run.json')) as { exit: number; summary: PublishSummary };
          assert.deepEqual([record.exit, record.summary.unsigned], [0, ['seal']]);
        }
      });
    }

    it('finds nobody left out whose signature is there', async () => {
      open('{ seal: {} }');
      appendFileSync(project.path('provisioning-dist.yaml'), 'publish: { box: {} }\n');
      await signed();
      assert.equal((await publishRelease(await project.run({ skip: ['sign'] }), { dryRun: false })).unsigned, undefined);
    });

    it('releases nothing unsigned by other steps only', async () => {
      open('{ seal: {} }');
      appendFileSync(project.path('provisioning-dist.yaml'), 'publish: { box: {} }\n');
      await packaged();
      await assert.rejects(releaseRelease(await project.run({ only: ['publish'] }), { dryRun: false, clean: false }), { code: 'unsigned', exit: 3 });
    });

    it('warns where a secret keeps it from checking', async () => {
      open('{ seal: {} }');
      await signed();
      project.write({
        'provisioning-dist.yaml': project.read('provisioning-dist.yaml').replace('seal: {}', 'seal: { secret: { env: NOWHERE_SET } }'),
      });
      assert.deepEqual(await missing(), [['warning', 'signature-unverified', `${SUMS}.seal`]]);
    });

    it('has names for a dry run', async () => {
      open('{ seal: {} }');
      const { run, manifest } = await packaged();
      assert.deepEqual(
        signaturePlaceholders(run, manifest.artifacts).map(({ name, kind, subject }) => [name, kind, subject]),
        [[`${SUMS}.seal`, 'signature', SUMS]],
      );
    });
  });

  describe('and validate', () => {
    async function findings(): Promise<readonly Finding[]> {
      const found: Finding[] = [];
      const show = ({ artifacts, findings: all }: { artifacts: readonly { findings: readonly Finding[] }[]; findings: readonly Finding[] }) =>
        found.push(...artifacts.flatMap((artifact) => artifact.findings), ...all);
      await validateRelease(await project.run(), { stage: false, filtered: false, show }).catch(() => {});
      return found.filter(({ code }) => code !== 'no-reader');
    }

    it('finds nothing wrong with what is signed', async () => {
      open('{ seal: { artifacts: [all] } }');
      await signed();
      assert.deepEqual(await findings(), []);
    });

    it('finds what is unsigned no fault', async () => {
      open('{ seal: {} }');
      await packaged();
      assert.deepEqual(await findings(), []);
    });

    it('finds a signature that does not verify', async () => {
      open('{ seal: {} }');
      await signed();
      project.write({ 'provisioning-dist.yaml': project.read('provisioning-dist.yaml').replace('seal: {}', 'seal: { who: them }') });
      assert.deepEqual(
        (await findings()).map(({ level, code, subject }) => [level, code, subject]),
        [['error', 'signature-wrong', `${SUMS}.seal`]],
      );
    });

    it('warns of a signature nobody asks for', async () => {
      open('{ seal: {} }');
      await signed();
      project.write({ 'provisioning-dist.yaml': project.read('provisioning-dist.yaml').replace('sign: { seal: {} }', '') });
      assert.deepEqual(
        (await findings()).map(({ level, code }) => [level, code]),
        [['warning', 'signature-unasked']],
      );
    });
  });

  describe('as a command', () => {
    async function sign(options: Partial<SessionOptions> = {}, dryRun = false): Promise<SignSummary> {
      return signFolder(await project.run(options), { dryRun });
    }

    it('says what it made and kept', async () => {
      open('{ seal: { artifacts: [txt] } }');
      await packaged({ filters: { platforms: ['linux-amd64'], variants: [], formats: [] } });
      assert.deepEqual((await sign()).signatures, [{ name: `${LINUX}.seal`, subject: LINUX, key: 'seal', state: 'made' }]);
      assert.deepEqual(
        (await sign()).signatures.map(({ state }) => state),
        ['kept'],
      );
    });

    it('changes nothing in a dry run', async () => {
      open('{ seal: {} }');
      await packaged();
      const before = project.names('packages');
      assert.deepEqual(
        (await sign({}, true)).signatures.map(({ state }) => state),
        ['planned'],
      );
      assert.deepEqual(project.names('packages'), before);
      assert.deepEqual(signCalls(), []);
    });

    it('mends a signature that is gone', async () => {
      open('{ seal: {} }');
      await signed();
      rmSync(project.path(`packages/${SUMS}.seal`));
      assert.deepEqual(
        (await sign()).signatures.map(({ state }) => state),
        ['made'],
      );
    });

    it('signs nothing that was changed', async () => {
      open('{ seal: {} }');
      await packaged();
      appendFileSync(project.path(`packages/${SUMS}`), 'more');
      await assert.rejects(sign(), { code: 'artifact-changed', exit: 3, message: /^Cannot sign / });
    });

    it('needs a key', async () => {
      open('{}');
      await packaged();
      await assert.rejects(sign(), { code: 'no-keys', exit: 2 });
    });
  });

  describe('and keys inside artifacts', () => {
    it('packages again when the key is another one', async () => {
      open('{ seal: { artifacts: [none] } }', '{ inside: { signer: seal } }');
      await packaged();
      project.write({
        'provisioning-dist.yaml': project.read('provisioning-dist.yaml').replace('artifacts: [none]', 'artifacts: [none], who: them'),
      });
      await packaged();
      assert.equal(project.read('packages/acme-1.0.0-linux-amd64.inside'), 'raw by them');
    });
  });
});
