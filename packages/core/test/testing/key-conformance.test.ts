import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { DistError } from '../../src/errors.ts';
import { defineKey } from '../../src/key.ts';
import type { Secret } from '../../src/plugin.ts';
import { describeConformance } from '../../src/testing/conformance.ts';
import { type KeySpec, keyConformance } from '../../src/testing/key-conformance.ts';
import { CANARY, testSecret } from '../../src/testing/secret.ts';

interface Options {
  readonly key: KeyObject;
  readonly passphrase: Secret;
}

/** Which case must notice which defect. */
const NOTICED = {
  'differs each time': 'signs digests by sha256',
  'has no name': 'says who it is',
  'runs programs with its secret': 'signs an empty file beside it',
  'says its secret': 'says that it cannot be used with a wrong passphrase',
  'signs nothing': 'signs a mebibyte beside it',
  'takes a wrong passphrase': 'says that it cannot be used with a wrong passphrase',
  'verifies everything': 'verifies nothing that was tampered with',
  'verifies the beginning': 'verifies nothing that was tampered with',
} as const;

type Defect = keyof typeof NOTICED;

/** Ed25519 signatures by Node, with the one defect it is given. */
function signing(defect?: Defect): KeySpec<Options> {
  const is = (one: Defect): boolean => one === defect;
  const { privateKey } = generateKeyPairSync('ed25519');
  const make = (options: Options, bytes: Uint8Array): Buffer => {
    const signature = is('signs nothing') ? Buffer.alloc(0) : sign(null, bytes, options.key);
    return is('differs each time') ? Buffer.concat([signature, randomBytes(4)]) : signature;
  };
  const refuse = (state: string): never => {
    throw new DistError('bad-signature', `Cannot verify: ${state}`);
  };
  const unlock = async ({ passphrase }: Options): Promise<void> => {
    const given = await passphrase.reveal();
    if (given === CANARY || is('takes a wrong passphrase')) return;
    throw new DistError('key-locked', `Cannot unlock the key${is('says its secret') ? ` with ${given}` : ''}`);
  };
  return {
    definition: defineKey<Options>({
      options: ({ z }) => z.any(),
      info: async () => ({ id: is('has no name') ? '' : 'test', algorithm: 'ed25519' }),
      raw: async ({ options }, digest) => make(options, digest),
      detached: {
        suffix: () => '.sig',
        sign: async ({ options, exec }, { path }) => {
          await unlock(options);
          if (is('runs programs with its secret')) await exec([process.execPath, '-e', '', CANARY]);
          return make(options, readFileSync(path));
        },
        verify: async ({ options }, { path }, signature) => {
          if (is('verifies everything')) return;
          const bytes = readFileSync(path);
          if (signature.length < 64) refuse('it is too short');
          const starts = [bytes, bytes.subarray(0, -1)].slice(0, is('verifies the beginning') ? 2 : 1);
          if (!starts.some((start) => verify(null, start, createPublicKey(options.key), signature.subarray(0, 64)))) refuse('it is another one');
        },
      },
    }),
    options: () => ({ key: privateKey, passphrase: testSecret() }),
    secrets: ['another-canary'],
    deterministic: ['raw', 'detached'],
    broken: { 'a wrong passphrase': () => ({ key: privateKey, passphrase: testSecret('another-canary') }) },
    check: {
      raw: async (digest, signature) => assert.ok(verify(null, digest, createPublicKey(privateKey), signature.subarray(0, 64))),
    },
  };
}

describe('the conformance of a key', () => {
  describe('is found where there is no defect:', () => {
    describeConformance({ it }, keyConformance(signing()));
  });

  for (const [defect, name] of Object.entries(NOTICED)) {
    it(`is denied to one that ${defect}`, async () => {
      const found = keyConformance(signing(defect as Defect)).find((one) => one.name === name);
      assert.ok(found);
      await assert.rejects(found.run());
    });
  }
});
