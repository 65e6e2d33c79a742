import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { afterEach, describe, it } from 'mocha';
import { type MailServer, startMailServer } from '../../packages/plugin-notify/test/email/server.ts';
import { result, succeed } from '../e2e/cli.ts';
import { type Project, sandbox } from '../e2e/project.ts';
import { smallProject } from '../e2e/small-project.ts';
import { needs } from './tools.ts';

/** Mail of the command line, by a server with TLS and login, as Python reads it. */

const PASSWORD = 'mail-canary-1';

const PARSE = `
import email, email.policy, json, sys
mail = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
part = lambda kind: mail.get_body((kind,)).get_content().replace('\\r\\n', '\\n')
names = ['From', 'To', 'Bcc', 'Subject', 'Message-ID', 'Importance']
print(json.dumps({'headers': {name: mail[name] for name in names}, 'type': mail.get_content_type(),
  'dated': mail['Date'].datetime is not None, 'defects': [str(d) for p in mail.walk() for d in p.defects],
  'text': part('plain'), 'html': part('html')}))`;

describe('mail about a release', function () {
  this.timeout(60_000);
  needs('python3');
  const box = sandbox();
  let server: MailServer;

  afterEach(() => server.close());

  async function opened(): Promise<Project> {
    server = await startMailServer({ security: 'starttls', user: 'ada', password: PASSWORD });
    const notify = `notify:
  list:
    use: email
    server: { host: 127.0.0.1, port: ${server.port}, ca: ca.pem }
    auth: { user: ada, password: { env: MAIL_PASSWORD } }
    from: Größe <releases@acme.example>
    to: team@acme.example
    bcc: boss@acme.example`;
    const publish = 'publish:\n  local: { url: https://dl.example.org }';
    const project = box.project(smallProject({ platforms: 'platforms: [linux-amd64]', variants: 'variants: {}', publish, more: notify }));
    project.write({ 'ca.pem': server.ca, 'notes.md': '# Größer\n\n- **one**\n- <b>two</b>\n\n.\n' });
    return project;
  }

  const options = { env: { MAIL_PASSWORD: PASSWORD } };
  const command = ['notify', '--message-type', 'security', '--urgent', '--title', 'Über acme', '--body-file', 'notes.md'];

  it('is read by Python, and sent once', async () => {
    const project = await opened();
    const { stdout, stderr } = await succeed(project, command, options);
    assert.doesNotMatch(`${stdout}${stderr}`, /mail-canary/);
    await succeed(project, command, options);
    assert.deepEqual(
      server.received.map(({ from, to, encrypted, user }) => ({ from, to, encrypted, user })),
      [{ from: 'releases@acme.example', to: ['team@acme.example', 'boss@acme.example'], encrypted: true, user: 'ada' }],
    );
    const { html, ...mail } = JSON.parse(execFileSync('python3', ['-c', PARSE], { input: server.received[0]?.content ?? '', encoding: 'utf8' }));
    const id = mail.headers['Message-ID'];
    assert.match(id, /^<[0-9a-f]{32}@acme\.example>$/);
    const headers = {
      ...{ From: 'Größe <releases@acme.example>', To: 'team@acme.example', Bcc: null },
      ...{ Subject: 'Über acme', 'Message-ID': id, Importance: 'high' },
    };
    const text = `Über acme

# Größer

- **one**
- <b>two</b>

.

acme-1.2.3-linux-amd64.tar.gz: https://dl.example.org/acme/1.2.3/acme-1.2.3-linux-amd64.tar.gz
checksums.sha256: https://dl.example.org/acme/1.2.3/checksums.sha256
`;
    assert.deepEqual({ ...mail, text: `${mail.text.trimEnd()}\n` }, { headers, type: 'multipart/alternative', dated: true, defects: [], text });
    assert.match(html, /<h1>Größer<\/h1>\n<ul>\n<li><strong>one<\/strong><\/li>\n<li>&lt;b&gt;two&lt;\/b&gt;<\/li>\n<\/ul>\n<p>\.<\/p>/);
  });

  it('connects to nobody in a dry run', async () => {
    const ran = await succeed(await opened(), [...command, '--preview', '--json'], options);
    const { channels } = result<{ channels: readonly { id: string; state: string }[] }>(ran);
    assert.deepEqual(
      channels.map(({ id, state }) => [id, state]),
      [['list', 'dry']],
    );
    assert.deepEqual(server.said, []);
  });
});
