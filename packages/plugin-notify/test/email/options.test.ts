import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RegistryJob } from '@provisioning-dist/core';
import { testSecret } from '@provisioning-dist/core/testing';
import { createOptionsParser } from '../../../core/src/config/options.ts';
import { createRedactor } from '../../../core/src/redact.ts';
import { email } from '../../src/email/channel.ts';
import type { EmailOptions } from '../../src/email/options.ts';
import { box } from './options.ts';

const AT = { file: 'dist.yaml', key: 'notify.team' };
const SERVER = { host: 'mail.acme.example' };
const GIVEN = { server: SERVER, from: 'a@acme.example', to: 'b@acme.example' };

function parsed(written: object): EmailOptions {
  return createOptionsParser({ env: {}, redactor: createRedactor(), root: tmpdir() }).parse(email.options, written, AT);
}

describe('options of the email channel', () => {
  it('need a server, a sender and a recipient', () => {
    assert.deepEqual(parsed(GIVEN), {
      server: { host: 'mail.acme.example', security: 'starttls' },
      ...{ from: box('a@acme.example'), to: [box('b@acme.example')], cc: [], bcc: [] },
      ...{ subject: '{title}', timeout: 30_000 },
    });
  });

  it('take names with addresses', () => {
    const { from, to } = parsed({ ...GIVEN, from: 'Ada, née Byron <ada+x@mail.example.org>', to: ['b@acme.example', 'c@localhost'] });
    assert.deepEqual(from, { name: 'Ada, née Byron', address: 'ada+x@mail.example.org' });
    assert.deepEqual(
      to.map(({ address }) => address),
      ['b@acme.example', 'c@localhost'],
    );
  });

  for (const host of ['localhost', '127.0.0.1', '::1']) {
    it(`may leave ${host} unencrypted`, () => assert.equal(parsed({ ...GIVEN, server: { host, security: 'none' } }).server.host, host));
  }

  const WRONG: Readonly<Record<string, readonly [changes: object, said: RegExp]>> = {
    'no recipient': [{ to: [] }, /nobody gets it/],
    'an unencrypted server': [{ server: { ...SERVER, security: 'none' } }, /mail would be sent unencrypted/],
    'a host like this machine': [{ server: { host: '127.0.0.1.evil.example', security: 'none' } }, /mail would be sent unencrypted/],
    'a host with a line break': [{ server: { host: 'mail\r\nQUIT' } }, /host name/],
    'a line break in an address': [{ to: 'b@acme.example\r\nRCPT TO:<eve@x.org>' }, /must read "ada@example\.org"/],
    'a line break in a name': [{ from: 'Ada\r\nBcc: eve <a@acme.example>' }, /must read "ada@example\.org"/],
    'two addresses in one': [{ to: 'b@acme.example, c@acme.example' }, /must read "ada@example\.org"/],
    'an address with a parameter': [{ from: 'a@acme.example> SIZE=1' }, /must read "ada@example\.org"/],
    'letters beyond ASCII': [{ to: 'jörg@acme.example' }, /must read "ada@example\.org"/],
    'a password in plain text': [{ auth: { user: 'a', password: 'b' } }, /a secret must not stand in the configuration/],
    'an unknown field': [{ subject: '{title} {env}' }, /can be filled in/],
    'an unknown key': [{ server: { ...SERVER, tls: true } }, /tls/],
  };
  for (const [what, [changes, said]] of Object.entries(WRONG)) {
    it(`refuse ${what}`, () => assert.throws(() => parsed({ ...GIVEN, ...changes }), said));
  }
});

describe('preflight of the email channel', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mail-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  async function codes(changes: Partial<EmailOptions>): Promise<readonly string[] | undefined> {
    const job = { id: 'team', options: { ...parsed(GIVEN), ...changes } } as unknown as RegistryJob<EmailOptions>;
    return (await email.preflight?.(job))?.map(({ code, subject }) => `${subject} ${code}`);
  }

  it('finds nothing wrong', async () => assert.deepEqual(await codes({ auth: { user: 'a', password: testSecret() } }), []));

  it('finds passwords of two lines', async () => {
    assert.deepEqual(await codes({ auth: { user: 'a', password: testSecret('a\nb') } }), ['notify.team password-refused']);
  });

  it('finds certificates that are missing', async () => {
    const ca = join(folder, 'ca.pem');
    const server = { ...SERVER, security: 'tls', ca } as const;
    assert.deepEqual(await codes({ server }), ['notify.team ca-unread']);
    writeFileSync(ca, 'no PEM');
    assert.deepEqual(await codes({ server }), ['notify.team ca-unread']);
  });
});
