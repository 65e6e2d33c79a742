import assert from 'node:assert/strict';
import type { Message } from '@provisioning-dist/core';
import { testSecret } from '@provisioning-dist/core/testing';
import { withChannel } from '../../../core/src/testing/channel-bench.ts';
import { email } from '../../src/email/channel.ts';
import type { EmailOptions } from '../../src/email/options.ts';
import { box, optionsFor } from './options.ts';
import { type MailServer, type MailServerOptions, startMailServer } from './server.ts';

const MESSAGE: Message = { type: 'release', urgent: false, title: 'acme 1.0.0 is released', links: [] };

interface Outcome {
  readonly server: MailServer;
  readonly said: readonly string[];
  readonly state: string | undefined;
  readonly error: { readonly code?: string; readonly message?: string };
}

type Changes = NonNullable<Parameters<typeof optionsFor>[1]>;

/** What comes of sending one announcement that many times. */
async function outcome(offered: MailServerOptions, changes: Changes = {}, times = 1): Promise<Outcome> {
  const server = await startMailServer(offered);
  const { options, close } = await optionsFor(server, changes);
  const found = { value: undefined as Outcome | undefined };
  await withChannel<EmailOptions, { options: EmailOptions; sent: () => number; close: () => Promise<void> }>(
    { definition: email, open: async () => ({ options, sent: () => server.received.length, close }) },
    async ({ tell, said }) => {
      let told = await tell(MESSAGE);
      for (let at = 1; at < times; at++) told = await tell(MESSAGE);
      found.value = { server, said, state: told.effects[0]?.state, error: (told.error ?? {}) as Outcome['error'] };
    },
  );
  assert.ok(found.value);
  return found.value;
}

function at(command: string, answer: string, times = Number.POSITIVE_INFINITY): (command: string, count: number) => string | undefined {
  return (one, count) => (one === command && count <= times ? answer : undefined);
}

describe('mail that the server does not take', () => {
  const LOGIN = { user: 'ada', password: 'right' };

  it('fails at a wrong password', async () => {
    const { error, server } = await outcome(LOGIN, { auth: { user: 'ada', password: testSecret('wr0ng-one') } });
    assert.equal(error.code, 'login-refused');
    assert.equal(error.message, 'Cannot log in to 127.0.0.1: it answered 535 5.7.8 No: ada *** AUTH PLAIN ***');
    assert.equal(server.said.filter((line) => line.startsWith('AUTH')).length, 1);
  });

  it('fails at an unknown recipient', async () => {
    const { error, server, state } = await outcome({}, { to: [box('nobody@acme.example')] });
    assert.deepEqual([error.code, error.message], ['mail-refused', 'Cannot send mail by 127.0.0.1: it answered 550 5.1.1 No such user']);
    assert.deepEqual([server.received.length, state], [0, 'failed']);
  });

  it('fails where login is asked for', async () => {
    assert.match((await outcome(LOGIN)).error.message ?? '', /530 5\.7\.0 Authentication required$/);
  });

  it('fails when its content is refused', async () => {
    const { error, state } = await outcome({ answer: at('content', '554 5.7.1 Spam') });
    assert.deepEqual([error.message, state], ['Cannot send mail by 127.0.0.1: it answered 554 5.7.1 Spam', 'failed']);
  });

  it('shows no control characters of it', async () => {
    const { error } = await outcome({ answer: at('MAIL', '550 \x1b[31mred\x07') });
    assert.equal(error.message, 'Cannot send mail by 127.0.0.1: it answered 550 [31mred');
  });
});

describe('mail to several', () => {
  it('reaches those who are known', async () => {
    const { server, said } = await outcome({}, { cc: [box('nobody@acme.example')], bcc: [box('boss@acme.example')] });
    assert.deepEqual(server.received[0]?.to, ['team@acme.example', 'boss@acme.example']);
    assert.deepEqual(said, ['127.0.0.1 does not take mail for nobody@acme.example; the others got it']);
  });

  it('names each of them once', async () => {
    const { server } = await outcome({}, { cc: [box('Team <team@acme.example>')] });
    assert.deepEqual(server.received[0]?.to, ['team@acme.example']);
  });
});

describe('mail that is tried again', () => {
  for (const command of ['connect', 'EHLO', 'MAIL', 'RCPT', 'DATA', 'content']) {
    it(`waits after 421 to ${command}`, async () => {
      const { server, state } = await outcome({ answer: at(command, '421 4.7.1 Come back later', 1) });
      assert.deepEqual([server.received.length, state], [1, 'done']);
    });
  }

  for (const command of ['MAIL', 'RCPT', 'DATA', 'content']) {
    it(`waits after 451 to ${command}`, async () => {
      const { server, state } = await outcome({ answer: at(command, '451 4.7.1 Greylisted', 1) });
      assert.deepEqual([server.received.length, state], [1, 'done']);
    });
  }

  for (const command of ['connect', 'EHLO', 'MAIL', 'RCPT']) {
    it(`was cut off at ${command}`, async () => {
      const { server, state } = await outcome({ answer: at(command, 'drop', 1) });
      assert.deepEqual([server.received.length, state], [1, 'done']);
    });
  }
});

describe('mail in doubt', () => {
  it('is not repeated', async () => {
    const { server, state } = await outcome({ answer: at('content', 'drop', 1) }, {}, 3);
    assert.equal(state, 'doubt');
    assert.equal(server.said.filter((line) => line === 'DATA').length, 1);
  });

  it('is what was answered with silence', async () => {
    const { error, server } = await outcome({ answer: at('content', '250-still thinking') }, { timeout: 500 });
    assert.deepEqual([error.code, error.message], ['mail-in-doubt', 'Cannot tell whether 127.0.0.1 took the mail: Timeout']);
    assert.equal(server.said.filter((line) => line === 'DATA').length, 1);
  });
});

describe('mail by an encrypted connection', () => {
  const auth = { user: 'ada', password: testSecret() };

  it('is not sent without STARTTLS', async () => {
    const { error, server } = await outcome({ security: 'none', user: 'ada' }, { security: 'starttls', auth });
    assert.equal(error.code, 'tls-refused');
    assert.deepEqual(
      server.said.map((line) => line.split(' ')[0]),
      ['EHLO', 'STARTTLS'],
    );
  });

  for (const security of ['tls', 'starttls'] as const) {
    it(`checks the certificate of ${security}`, async () => {
      const { error, server } = await outcome({ security }, { security, auth, trusted: false });
      assert.equal(error.code, 'tls-refused');
      assert.deepEqual(
        server.said.filter((line) => /^(AUTH|MAIL)/.test(line)),
        [],
      );
    });
  }

  it('does not begin with an open server', async () => {
    const { error } = await outcome({ security: 'none' }, { security: 'tls' });
    assert.equal(error.code, 'tls-refused');
  });

  it('is encrypted before the login', async () => {
    const { server } = await outcome({ security: 'starttls', user: 'ada', password: await auth.password.reveal() }, { security: 'starttls', auth });
    assert.deepEqual(
      server.received.map(({ encrypted, user }) => [encrypted, user]),
      [[true, 'ada']],
    );
  });
});
