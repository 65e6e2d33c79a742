import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DistError, type Http, type HttpRequest, type HttpResponse } from '@provisioning-dist/core';
import fc from 'fast-check';
import { cosign } from '../src/cosign/key.ts';
import { fixtureBytes, fixturePath, HELLO } from './fixtures.ts';
import { bench, parse, refusal, secret } from './key-job.ts';
import { newKey } from './sigstore/certificates.ts';
import { type Answer, type Ask, IDENTITY, type Instance, ISSUER, newInstance } from './sigstore/instance.ts';

const FULCIO = 'https://fulcio.example';
const REKOR = 'https://rekor.example';

/** Undefined = as the instance answers. */
type Fault = (ask: Ask, index: number) => Partial<Answer> | 'unreached' | undefined;

/** What a client makes of the instance's answers; `asked` is what it was asked. */
function client(instance: Instance, fault: Fault = () => undefined) {
  const asked: (Ask & { readonly host: string })[] = [];
  const http: Http = async (url, { method = 'GET', headers, body = '', accept = [] }: HttpRequest = {}) => {
    const { pathname: path, host } = new URL(url);
    const ask = { method, path, headers: { ...headers } as Record<string, string>, bytes: Buffer.from(body as string) };
    const wrong = fault(ask, asked.push({ ...ask, host }) - 1);
    if (wrong === 'unreached') throw new DistError('http-unreached', `Cannot ${method} ${host}`);
    const { status, headers: said, body: text } = { ...instance.answer(ask), ...wrong };
    if (status < 300 || accept.includes(status)) return response(status, said, text);
    throw new DistError('http-status', `Cannot ${method} https://${host}${path}: it answered ${status}`, { data: { status, retryAfter: 0 } });
  };
  return { asked, http };
}

function response(status: number, headers: Readonly<Record<string, string>>, text: string): HttpResponse {
  return { status, headers, bytes: Buffer.from(text), text: () => text, json: () => JSON.parse(text) as unknown };
}

type Place = readonly string[];

/** Of every member below. */
function pathsIn(value: unknown): readonly Place[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => [[name], ...pathsIn(member).map((place) => [name, ...place])]);
}

function replaced(whole: unknown, [name = '', ...rest]: Place, value: unknown): unknown {
  const copy = (Array.isArray(whole) ? [...whole] : { ...(whole as object) }) as Record<string, unknown>;
  copy[name] = rest.length === 0 ? value : replaced(copy[name], rest, value);
  return copy;
}

describe('cosign keyless', () => {
  const { job, file, folder } = bench();
  const { detached = assert.fail('it signs no files') } = cosign;
  const hello = () => file('hello.txt', HELLO);

  function rootOf(instance: Instance): string {
    const path = join(folder(), 'trusted_root.json');
    writeFileSync(path, JSON.stringify(instance.trustedRoot()));
    return path;
  }

  interface Setting {
    readonly instance?: Instance;
    readonly fault?: Fault;
    readonly more?: object;
  }

  function signer({ instance = newInstance(), fault, more = {} }: Setting = {}) {
    const { asked, http } = client(instance, fault);
    const keyless = {
      ...{ identity: IDENTITY, issuer: ISSUER, identityToken: secret(instance.token()), fulcio: FULCIO, rekor: REKOR, trustedRoot: rootOf(instance) },
      ...more,
    };
    return { asked, instance, job: job(cosign, { keyless }, { http }) };
  }

  const refused = async (setting: Setting): Promise<string> => {
    const { job: asking } = signer(setting);
    const sign = async () => detached.verify(asking, hello(), await detached.sign(asking, hello()));
    return refusal(sign());
  };

  it('signs with nothing but a token', async () => {
    const { job: asking, instance, asked } = signer();
    await detached.verify(asking, hello(), await detached.sign(asking, hello()));
    assert.deepEqual(
      asked.map(({ method, host, path }) => `${method} ${host}${path}`),
      ['POST fulcio.example/api/v2/signingCert', 'POST rekor.example/api/v1/log/entries'],
    );
    assert.equal(instance.log.leaves.length, 1);
  });

  it('writes a bundle of version 0.3', async () => {
    const { job: asking } = signer();
    const bundle = JSON.parse(Buffer.from(await detached.sign(asking, hello())).toString());
    assert.equal(bundle.mediaType, 'application/vnd.dev.sigstore.bundle.v0.3+json');
    assert.deepEqual(Object.keys(bundle.verificationMaterial), ['certificate', 'tlogEntries', 'timestampVerificationData']);
    assert.equal(bundle.verificationMaterial.tlogEntries[0].kindVersion.kind, 'hashedrekord');
  });

  it('shares a certificate among files', async () => {
    const { job: asking, instance } = signer();
    const files = ['a', 'b', 'c', 'd', 'e'].map((name) => file(name, name));
    const signatures = await Promise.all(files.map((each) => detached.sign(asking, each)));
    await Promise.all(files.map((each, index) => detached.verify(asking, each, signatures[index] ?? Buffer.alloc(0))));
    assert.deepEqual([instance.issued(), instance.log.leaves.length], [1, 5]);
  });

  it('asks for another certificate when one is about to end', async () => {
    const { job: asking, instance } = signer({ instance: newInstance({ lifetime: 60 }) });
    for (const name of ['a', 'b']) await detached.verify(asking, file(name, name), await detached.sign(asking, file(name, name)));
    assert.deepEqual([instance.issued(), instance.log.leaves.length], [2, 2]);
  });

  it('proves the key by a verified address', async () => {
    const instance = newInstance({ identity: 'dev@acme.example' });
    const identityToken = secret(instance.token({ email: 'dev@acme.example', email_verified: true }));
    const { job: asking } = signer({ instance, more: { identity: '*@acme.example', identityToken } });
    await detached.verify(asking, hello(), await detached.sign(asking, hello()));
  });

  it('verifies without token and network', async () => {
    const instance = newInstance();
    const bytes = await detached.sign(signer({ instance }).job, hello());
    const keyless = { identity: IDENTITY, issuer: ISSUER, trustedRoot: rootOf(instance), identityToken: { reveal: () => assert.fail('asked') } };
    await detached.verify(job(cosign, { keyless }), hello(), bytes);
  });

  it('says whose signatures they are', async () => {
    assert.deepEqual(await cosign.info(signer().job), { id: `${IDENTITY} of ${ISSUER}`, algorithm: 'sigstore' });
  });

  it('signs no digests', async () => {
    assert.match(await refusal(cosign.raw?.(signer().job, Buffer.alloc(32), { hash: 'sha256' })), /^key-cannot: .*files alone/);
  });

  describe('looks ahead', () => {
    it('without asking for a certificate', async () => {
      const { job: asking, asked } = signer();
      assert.deepEqual(await cosign.preflight?.(asking), []);
      assert.deepEqual(
        asked.map(({ method, host, headers }) => [method, host, headers.authorization]),
        [
          ['HEAD', 'fulcio.example', undefined],
          ['HEAD', 'rekor.example', undefined],
        ],
      );
    });

    const claims = (value: unknown) => `e30.${Buffer.from(JSON.stringify(value)).toString('base64url')}.c2ln`;
    for (const [what, token, says] of [
      ['no JWT', 'canary-token', /^identity-token: .*is no JWT/],
      ['no JSON', 'e30.bm9uZQ.c2ln', /is no JWT/],
      ['null', claims(null), /has no subject/],
      ['no subject', claims({ exp: 9_999_999_999 }), /has no subject/],
      ['a number for a subject', claims({ sub: 7 }), /has no subject/],
      ['an expired token', claims({ sub: 'a', exp: 1_600_000_000 }), /has expired at 2020-09-13T12:26:40/],
      ['an unverified address', claims({ sub: 'a', email: 'a@b.example' }), /has not verified/],
    ] as const) {
      it(`and refuses ${what}`, async () => {
        const said = await refusal(cosign.preflight?.(signer({ more: { identityToken: secret(token) } }).job));
        assert.match(said, says);
        assert.ok(!said.includes(token));
      });
    }

    for (const [what, text, says] of [
      ['garbage', '{', /^key-unusable: .*is no JSON/],
      ['null', 'null', /is no trusted root/],
      ['an empty object', '{}', /is no trusted root/],
      ['keys that are none', '{"tlogs":[{"publicKey":{"rawBytes":"AAAA"}}],"certificateAuthorities":[{}]}', /is no trusted root/],
    ] as const) {
      it(`and refuses ${what} for a trusted root`, async () => {
        const trustedRoot = join(folder(), 'bad_root.json');
        writeFileSync(trustedRoot, text);
        assert.match(await refusal(cosign.preflight?.(signer({ more: { trustedRoot } }).job)), says);
      });
    }

    it('and misses the log', async () => {
      const fault: Fault = ({ method }, index) => (method === 'HEAD' && index === 1 ? 'unreached' : undefined);
      assert.match(await refusal(cosign.preflight?.(signer({ fault }).job)), /^http-unreached: .*rekor\.example/);
    });
  });

  describe('on a server that is not well', () => {
    for (const [what, fault] of [
      ['Fulcio is overloaded', (_, index) => (index < 2 ? { status: 503 } : undefined)],
      ['Rekor is overloaded', ({ path }, index) => (path.includes('v1') && index < 3 ? { status: 500 } : undefined)],
      ['too much is asked', (_, index) => (index === 0 ? { status: 429 } : undefined)],
    ] as const satisfies readonly (readonly [string, Fault])[]) {
      it(`asks again when ${what}`, async () => {
        const { job: asking, instance } = signer({ fault });
        await detached.verify(asking, hello(), await detached.sign(asking, hello()));
        assert.equal(instance.log.leaves.length, 1);
      });
    }

    it('gives up in the end', async () => {
      const { job: asking, asked } = signer({ fault: () => ({ status: 503 }) });
      assert.match(await refusal(detached.sign(asking, hello())), /^http-status: .*503/);
      assert.equal(asked.length, 4);
    });

    it('tries anew after it gave up', async () => {
      const { job: asking } = signer({ fault: (_, index) => (index < 4 ? { status: 503 } : undefined) });
      await refusal(detached.sign(asking, hello()));
      await detached.verify(asking, hello(), await detached.sign(asking, hello()));
    });

    it('takes the entry it has made already', async () => {
      const instance = newInstance();
      const fault: Fault = (ask, index) => (index === 1 ? { ...instance.answer(ask), status: 502 } : undefined);
      const { job: asking, asked } = signer({ instance, fault });
      await detached.verify(asking, hello(), await detached.sign(asking, hello()));
      assert.match(asked.at(-1)?.path ?? '', /^\/api\/v1\/log\/entries\/[0-9a-f]{80}$/);
      assert.equal(instance.log.leaves.length, 1);
    });

    it('stops with the run', async () => {
      const stop = new AbortController();
      const fault: Fault = () => {
        stop.abort(new DistError('stopped', 'Stopped'));
        return { status: 503 };
      };
      const { job: asking } = signer({ fault });
      assert.equal(await refusal(detached.sign({ ...asking, signal: stop.signal }, hello())), 'stopped: Stopped');
    });
  });

  describe('refuses', () => {
    it('a token that is not accepted', async () => {
      const identityToken = secret(newInstance().token());
      assert.match(await refused({ more: { identityToken } }), /^identity-refused: .*fulcio\.example does not accept its identity token.*401/);
    });

    it('a certificate of another key, before the log', async () => {
      const instance = newInstance({ certifies: newKey() });
      assert.match(await refused({ instance }), /^signer-wrong: .*fulcio\.example, its certificate is for another key/);
      assert.equal(instance.log.leaves.length, 0);
    });

    it('a certificate of somebody else, before the log', async () => {
      const instance = newInstance({ identity: 'https://ci.example/mallory' });
      assert.match(await refused({ instance }), /^signer-wrong: .*is for "https:\/\/ci\.example\/mallory", not /);
      assert.equal(instance.log.leaves.length, 0);
    });

    const answers =
      (path: string, body: unknown): Fault =>
      (ask) =>
        ask.path.includes(path) ? { status: 200, body: JSON.stringify(body) } : undefined;
    for (const body of [null, [], {}, { signedCertificateEmbeddedSct: { chain: { certificates: ['x'] } } }, { signedCertificateEmbeddedSct: null }]) {
      it(`${JSON.stringify(body)} for a certificate`, async () => {
        assert.match(await refused({ fault: answers('v2', body) }), /^signer-wrong: .*no certificate/);
      });
    }
    for (const body of [null, {}, { a: null }, { a: { body: 'x' } }, { a: {}, b: {} }]) {
      it(`${JSON.stringify(body)} for an entry`, async () => {
        assert.match(await refused({ fault: answers('v1', body) }), /^signer-wrong: .*no entry of a log/);
      });
    }

    it('an entry that is nowhere', async () => {
      const fault: Fault = ({ path }) => (path.includes('v1') ? { status: 409, headers: {} } : undefined);
      assert.match(await refused({ fault }), /^signer-wrong: .*does not say where/);
    });
  });

  describe('verifies', () => {
    interface Made {
      readonly verificationMaterial: {
        readonly certificate: { rawBytes: string };
        tlogEntries: {
          inclusionPromise: { signedEntryTimestamp: string };
          inclusionProof: { hashes: string[]; rootHash: string; checkpoint: { envelope: string } };
          integratedTime: string;
          canonicalizedBody: string;
        }[];
      };
      messageSignature: { signature: string };
    }

    /** A bundle somebody has changed. */
    async function changed(change: (bundle: Made, entry: Made['verificationMaterial']['tlogEntries'][number]) => void, more: object = {}) {
      const instance = newInstance();
      const { job: asking } = signer({ instance, more });
      await detached.sign(asking, file('other', 'other'));
      const bundle = JSON.parse(Buffer.from(await detached.sign(asking, hello())).toString()) as Made;
      const [entry] = bundle.verificationMaterial.tlogEntries;
      assert.ok(entry);
      change(bundle, entry);
      return refusal(detached.verify(asking, hello(), Buffer.from(JSON.stringify(bundle))));
    }

    const flipped = (text: string): string => {
      const bytes = Buffer.from(text, 'base64');
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      return bytes.toString('base64');
    };
    for (const [what, change] of [
      [
        'the promise of the log',
        (_, entry) => {
          entry.inclusionPromise.signedEntryTimestamp = flipped(entry.inclusionPromise.signedEntryTimestamp);
        },
      ],
      [
        'the time of the entry',
        (_, entry) => {
          entry.integratedTime = String(Number(entry.integratedTime) + 1);
        },
      ],
      [
        'the place in the log',
        (_, entry) => {
          entry.inclusionProof.hashes = entry.inclusionProof.hashes.map(flipped);
        },
      ],
      [
        'the checkpoint',
        (_, entry) => {
          entry.inclusionProof.checkpoint.envelope = entry.inclusionProof.checkpoint.envelope.replace('\n2\n', '\n3\n');
        },
      ],
      [
        'what was logged',
        (_, entry) => {
          entry.canonicalizedBody = flipped(entry.canonicalizedBody);
        },
      ],
      [
        'the signature',
        (bundle) => {
          bundle.messageSignature.signature = flipped(bundle.messageSignature.signature);
        },
      ],
      [
        'the certificate',
        (bundle) => {
          bundle.verificationMaterial.certificate.rawBytes = flipped(bundle.verificationMaterial.certificate.rawBytes);
        },
      ],
      [
        'that it was logged',
        (bundle) => {
          bundle.verificationMaterial.tlogEntries = [];
        },
      ],
    ] as const satisfies readonly (readonly [string, Parameters<typeof changed>[0]])[]) {
      it(what, async () => assert.match(await changed(change), /^signature-wrong: /));
    }

    it('what it made, when nothing is changed', async () => {
      await assert.rejects(
        changed(() => {}),
        /Nothing was refused/,
      );
    });

    it('whatever it is given, and says no more than that it is wrong', async () => {
      const { job: asking } = signer();
      await detached.sign(asking, file('other', 'other'));
      const bytes = Buffer.from(await detached.sign(asking, hello()));
      // there is none
      const places = pathsIn(JSON.parse(bytes.toString())).filter((place) => place[1] !== 'timestampVerificationData');
      const instead = fc.constantFrom(null, 0, -1, '', 'x', 'AAAA', [], {}, [null], '\u001b[31m', '9'.repeat(30), undefined);
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...places), instead, async (place, value) => {
          const bundle = replaced(JSON.parse(bytes.toString()), place, value);
          const said = await refusal(detached.verify(asking, hello(), Buffer.from(JSON.stringify(bundle))));
          assert.match(said, /^signature-wrong: [\x20-\x7e]+$/);
        }),
        { numRuns: 300 },
      );
    });

    for (const [what, more] of [
      ['who signed', { identity: 'https://ci.example/acme/other/*' }],
      ['who vouches', { issuer: 'https://another.example' }],
    ] as const) {
      it(what, async () => {
        const instance = newInstance();
        const bytes = await detached.sign(signer({ instance }).job, hello());
        assert.match(await refusal(detached.verify(signer({ instance, more }).job, hello(), bytes)), /^signature-wrong: .*expected/);
      });
    }

    it('by which instance it was made', async () => {
      const bytes = await detached.sign(signer().job, hello());
      assert.match(await refusal(detached.verify(signer().job, hello(), bytes)), /^signature-wrong: /);
    });

    it('that it is keyless', async () => {
      const keyed = job(cosign, { key: secret(newKey().export({ format: 'pem', type: 'pkcs8' }) as string) });
      const bytes = await detached.sign(keyed, hello());
      assert.match(await refusal(detached.verify(signer().job, hello(), bytes)), /^signature-wrong: /);
    });
  });

  describe('knows the public good instance', () => {
    /** Of sigstore-conformance, which signs with a token anybody can have; entry 79571823 of the log. */
    const theirs = fixtureBytes('public-good.sigstore.json');
    const subject = { name: 'a.txt', path: 'a.txt', size: 109, sha256: 'a0cfc71271d6e278e57cd332ff957c3f7043fdda354c4cbb190a30d56efa01bf' };
    const beacon =
      'https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml';
    const checking = (identity: string) =>
      job(cosign, { keyless: { identity, issuer: 'https://token.actions.githubusercontent.com', identityToken: secret('a.b.c') } });

    for (const identity of [`${beacon}@refs/heads/main`, `${beacon}@*`]) {
      it(`and verifies the signature of ${identity.slice(-10)}`, () => detached.verify(checking(identity), subject, theirs));
    }

    for (const identity of [beacon, `${beacon}@refs/heads/mai`, `${beacon.replace('//github.com', '//githubxcom')}@*`, '*@refs/heads/other']) {
      it(`and takes it for no one else's: ${identity.slice(-20)}`, async () => {
        assert.match(await refusal(detached.verify(checking(identity), subject, theirs)), /^signature-wrong: .*identity/);
      });
    }
  });

  describe('takes the token', () => {
    const NAMES = ['ACTIONS_ID_TOKEN_REQUEST_URL', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN', 'SIGSTORE_ID_TOKEN'] as const;
    const kept = NAMES.map((name) => [name, process.env[name]] as const);
    const clear = () => {
      for (const name of NAMES) delete process.env[name];
    };
    beforeEach(clear);
    after(() => {
      clear();
      for (const [name, value] of kept) if (value !== undefined) process.env[name] = value;
    });

    it('GitLab gives', async () => {
      const instance = newInstance();
      process.env.SIGSTORE_ID_TOKEN = instance.token();
      const { job: asking } = signer({ instance, more: { identityToken: undefined } });
      await detached.verify(asking, hello(), await detached.sign(asking, hello()));
    });

    it('GitHub makes when it is asked', async () => {
      const instance = newInstance();
      process.env.ACTIONS_ID_TOKEN_REQUEST_URL = 'https://run.actions.example/idtoken?api-version=2.0';
      process.env.ACTIONS_ID_TOKEN_REQUEST_TOKEN = 'request-token';
      const { asked, http } = client(instance, ({ path }) =>
        path === '/idtoken' ? { status: 200, body: JSON.stringify({ value: instance.token() }) } : undefined,
      );
      const urls: string[] = [];
      const noting: Http = (url, request) => {
        urls.push(String(url));
        return http(url, request);
      };
      const { job: asking } = signer({ instance, more: { identityToken: undefined } });
      await detached.verify(asking, hello(), await detached.sign({ ...asking, http: noting }, hello()));
      assert.equal(urls[0], 'https://run.actions.example/idtoken?api-version=2.0&audience=sigstore');
      assert.equal(asked[0]?.headers.authorization, 'Bearer request-token');
    });

    it('and says where there is none', async () => {
      const { job: asking } = signer({ more: { identityToken: undefined } });
      await assert.rejects(cosign.preflight?.(asking) ?? Promise.resolve(), { code: 'secret-missing', hint: /id-token: write.*SIGSTORE_ID_TOKEN/ });
    });
  });

  describe('options', () => {
    const keyless = { identity: IDENTITY, issuer: ISSUER, identityToken: secret('a.b.c') };
    for (const [what, options] of [
      ['a key beside', { key: secret('x'), keyless }],
      ['a public key beside', { publicKey: fixturePath('cosign.pub'), keyless }],
      ['anybody', { keyless: { ...keyless, identity: '**' } }],
      ['no identity', { keyless: { issuer: ISSUER } }],
      ['no issuer', { keyless: { identity: IDENTITY } }],
      ['an instance whose keys are not known', { keyless: { ...keyless, rekor: REKOR } }],
      ['an address that is none', { keyless: { ...keyless, fulcio: 'file:///etc/passwd', trustedRoot: 'a' } }],
      ['what it does not know', { keyless: { ...keyless, tokens: 1 } }],
      ['nothing at all', {}],
    ] as const) {
      it(`refuses ${what}`, () => assert.throws(() => parse(cosign, options)));
    }

    it('mean the public good instance', () => {
      const { fulcio, rekor, trustedRoot } = parse(cosign, { keyless }).keyless ?? {};
      assert.deepEqual([fulcio, rekor, trustedRoot], ['https://fulcio.sigstore.dev', 'https://rekor.sigstore.dev', undefined]);
    });
  });
});
