import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CmsOptions, KeyDefinition, KeyInfo, KeyJob, OpenPgpOptions, RawOptions, SignedFile } from '../key.ts';
import { execProgram } from '../lifecycle/exec.ts';
import { createHttp } from '../lifecycle/http-client.ts';
import { testRelease } from './artifacts.ts';
import { type ConformanceCase, conformanceCase, present } from './conformance.ts';
import { CANARY, canariesIn } from './secret.ts';
import { sha256 } from './server-objects.ts';
import { textOf } from './text-of.ts';

type Kind = 'openpgp' | 'cms' | 'raw' | 'detached';

export interface KeySpec<Options> {
  readonly definition: KeyDefinition<Options>;
  /** Whose key can be used. */
  readonly options: () => Options | Promise<Options>;
  /** What may stand nowhere: private keys, passphrases. The canary of `testSecret()` always is one. */
  readonly secrets?: readonly string[];
  /** Signatures that are the same bytes every time. */
  readonly deterministic?: readonly Kind[];
  /** Hashes of digests it signs; default sha256 and sha512. */
  readonly raw?: readonly ('sha256' | 'sha512')[];
  /** Options that cannot work, by what is wrong with them: a wrong passphrase, a key that is none. */
  readonly broken?: Readonly<Record<string, () => Options | Promise<Options>>>;
  /** Another implementation's word on signatures; rejects for a bad one. */
  readonly check?: {
    readonly openpgp?: (data: Uint8Array, signature: Uint8Array, more: { readonly info: KeyInfo; readonly options: OpenPgpOptions }) => Promise<void>;
    readonly cms?: (data: Uint8Array, signature: Uint8Array, more: { readonly info: KeyInfo; readonly options: CmsOptions }) => Promise<void>;
    readonly raw?: (data: Uint8Array, signature: Uint8Array, more: { readonly info: KeyInfo; readonly options: RawOptions }) => Promise<void>;
  };
}

interface Bench<Options> {
  readonly said: string[];
  readonly job: (options?: Options) => Promise<KeyJob<Options>>;
  readonly file: (name: string, bytes: Uint8Array | string) => SignedFile;
}

const CONTENTS: Readonly<Record<string, Uint8Array | string>> = {
  'an empty file': '',
  'a text without a last line end': 'one \r\ntwo\t\n- three\nFrom four',
  'a mebibyte': Buffer.alloc(1 << 20, 'acme'),
};

const HASHES = { sha256: 32, sha512: 64 } as const;

/** What every key must do; kinds of signatures it does not make are not asked for. */
export function keyConformance<Options>(spec: KeySpec<Options>): readonly ConformanceCase[] {
  const { definition, deterministic = [] } = spec;
  const { detached, openpgp, cms, raw } = definition;
  const it = (name: string, use: (bench: Bench<Options>) => Promise<void>): ConformanceCase => conformanceCase(name, () => withBench(spec, use));
  const data = Buffer.from('acme 1.0.0\n');

  return [
    it('says who it is', async ({ job }) => {
      const { id, algorithm, publicKey } = await definition.info(await job());
      assert.match(id, /^\S(.*\S)?$/);
      assert.match(algorithm, /^[a-z][a-z0-9-]*$/);
      if (publicKey) assert.match(publicKey.ext, /^[a-z0-9]+$/);
      assert.notEqual(publicKey?.bytes.length, 0);
    }),
    ...present(definition.preflight, () => [
      it('preflight finds nothing wrong with it', async ({ job }) => {
        const findings = (await definition.preflight?.(await job())) ?? [];
        assert.deepEqual(
          findings.filter(({ level }) => level === 'error'),
          [],
        );
      }),
    ]),
    ...present(detached, () => detachedCases(spec, it)),
    ...present(openpgp, () =>
      ([{}, { armor: true }, { form: 'clear' }] as const).map((options: OpenPgpOptions) =>
        it(`makes OpenPGP signatures ${JSON.stringify(options)}`, async ({ job }) => {
          const make = async () => openpgp?.(await job(), data, options);
          await signed(make, {
            same: deterministic.includes('openpgp'),
            check: async (bytes) => spec.check?.openpgp?.(data, bytes, { info: await definition.info(await job()), options }),
          });
          const text = Buffer.from((await make()) ?? []).toString('latin1');
          assert.equal(/^-----BEGIN PGP/.test(text), options.armor === true || options.form === 'clear');
        }),
      ),
    ),
    ...present(cms, () =>
      ([{}, { detached: false }] as const).map((options: CmsOptions) =>
        it(`makes CMS signatures ${JSON.stringify(options)}`, async ({ job }) => {
          const make = async () => cms?.(await job(), data, options);
          await signed(make, {
            same: deterministic.includes('cms'),
            check: async (bytes) => spec.check?.cms?.(data, bytes, { info: await definition.info(await job()), options }),
          });
          const bytes = Buffer.from((await make()) ?? []);
          assert.equal(bytes[0], 0x30, 'it is no DER sequence');
          assert.equal(bytes.includes(data), options.detached === false);
        }),
      ),
    ),
    ...present(raw, () =>
      (spec.raw ?? (['sha256', 'sha512'] as const)).map((hash) =>
        it(`signs digests by ${hash}`, async ({ job }) => {
          const digest = Buffer.alloc(HASHES[hash], 7);
          const { algorithm } = await definition.info(await job());
          const options = { hash };
          await signed(async () => raw?.(await job(), digest, options), {
            same: deterministic.includes('raw') || algorithm.startsWith('rsa'),
            check: async (bytes) => spec.check?.raw?.(digest, bytes, { info: await definition.info(await job()), options }),
          });
        }),
      ),
    ),
    ...Object.entries(spec.broken ?? {}).map(([what, options]) =>
      it(`says that it cannot be used with ${what}`, async ({ job, said, file }) => {
        const broken = await job(await options());
        const findings = (await definition.preflight?.(broken).catch((error) => [{ level: 'error', message: textOf(error) }])) ?? [];
        assert.ok(!definition.preflight || findings.some(({ level }) => level === 'error'), 'preflight finds nothing');
        const attempt = async () =>
          detached?.sign(broken, file('data', data)) ??
          openpgp?.(broken, data, {}) ??
          cms?.(broken, data, {}) ??
          raw?.(broken, Buffer.alloc(32), { hash: 'sha256' });
        await assert.rejects(attempt, (error) => said.push(textOf(error)) > 0);
        said.push(...findings.map(({ message }) => message));
      }),
    ),
  ];
}

type It<Options> = (name: string, use: (bench: Bench<Options>) => Promise<void>) => ConformanceCase;

function detachedCases<Options>({ definition: { detached }, deterministic = [] }: KeySpec<Options>, it: It<Options>): readonly ConformanceCase[] {
  if (!detached) return [];
  return [
    ...Object.entries(CONTENTS).map(([what, bytes]) =>
      it(`signs ${what} beside it`, async ({ job, file }) => {
        const subject = file('acme.tar.gz', bytes);
        assert.match(detached.suffix((await job()).options), /^\.[a-z0-9.]+$/);
        await signed(async () => detached.sign(await job(), subject), {
          same: deterministic.includes('detached'),
          check: async (signature) => detached.verify(await job(), subject, signature),
        });
      }),
    ),
    it('signs files side by side', async ({ job, file }) => {
      const files = Array.from({ length: 8 }, (_, index) => file(`file-${index}`, `content ${index}`));
      const one = await job();
      const signatures = await Promise.all(files.map((each) => detached.sign(one, each)));
      await Promise.all(files.map((each, index) => detached.verify(one, each, signatures[index] ?? Buffer.alloc(0))));
    }),
    it('verifies nothing that was tampered with', async ({ job, file, said }) => {
      const subject = file('acme.tar.gz', 'acme 1.0.0');
      const signature = Buffer.from(await detached.sign(await job(), subject));
      const refuses = async (what: string, changed: SignedFile, bytes: Uint8Array): Promise<void> => {
        const attempt = async () => detached.verify(await job(), changed, bytes);
        await assert.rejects(attempt, (error) => said.push(textOf(error)) > 0, what);
      };
      await refuses('other bytes', file('acme.tar.gz', 'acme 1.0.1'), signature);
      await refuses('a longer file', file('acme.tar.gz', 'acme 1.0.00'), signature);
      file('acme.tar.gz', 'acme 1.0.0');
      await refuses('no signature', subject, Buffer.alloc(0));
      await refuses('half a signature', subject, signature.subarray(0, signature.length >> 1));
      await refuses('zeros', subject, Buffer.alloc(signature.length));
    }),
  ];
}

/** Made, good by its own and another's word, and the same again where it says so. */
async function signed(
  make: () => Promise<Uint8Array | undefined>,
  { same, check }: { readonly same: boolean; readonly check: (signature: Uint8Array) => Promise<void> },
): Promise<void> {
  const [first, second] = [await make(), await make()];
  assert.ok(first && second && first.length > 0 && second.length > 0, 'the signature is empty');
  await check(first);
  await check(second);
  if (same) assert.ok(Buffer.from(first).equals(second), 'it is declared deterministic, but its bytes differ');
}

/** Whatever is said, run or asked for holds none of the secrets. */
async function withBench<Options>(spec: KeySpec<Options>, use: (bench: Bench<Options>) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
  const said: string[] = [];
  const say = (message: string): void => void said.push(message);
  const log = { info: say, warn: say, debug: say };
  const { signal } = new AbortController();
  const http = createHttp({ signal, userAgent: 'provisioning-dist/test' });
  const release = testRelease('1.0.0');
  const exec: KeyJob<Options>['exec'] = (argv, options = {}) => {
    say(`${argv.join(' ')} ${JSON.stringify(options.env ?? {})}`);
    return execProgram(argv, options, { cwd: folder, signal, log, env: {} });
  };
  const tmp = (): string => mkdtempSync(join(folder, 'tmp-'));
  const job = async (options?: Options): Promise<KeyJob<Options>> =>
    Object.freeze({ release, options: options ?? (await spec.options()), id: 'tested', date: release.date, signal, log, tmp, http, exec });
  const file = (name: string, bytes: Uint8Array | string): SignedFile => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return { name, path, size: Buffer.byteLength(bytes), sha256: sha256(bytes) };
  };
  try {
    await use({ said, job, file });
    for (const secret of [CANARY, ...(spec.secrets ?? [])])
      assert.deepEqual(canariesIn(said.join('\n'), secret), [], 'a log, argument or error holds a secret');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
