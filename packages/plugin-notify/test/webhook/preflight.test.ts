import assert from 'node:assert/strict';
import { webhook } from '../../src/webhook/channel.ts';
import { MESSAGE, WebhookBench } from './webhook-bench.ts';

describe('preflight of the webhook channel', () => {
  let bench: WebhookBench;
  beforeEach(() => {
    bench = new WebhookBench();
  });
  afterEach(() => bench.close());

  async function found(written: object): Promise<readonly string[]> {
    const findings = (await webhook.preflight?.(bench.job(written, MESSAGE))) ?? [];
    return findings.map(({ level, code, subject, message }) => `${level} ${code} ${subject}: ${message}`);
  }

  it('finds nothing in what can be used', async () => {
    bench.env = { URL: 'https://hooks.example.org/T0k3n', KEY: 'hmac-key' };
    assert.deepEqual(await found({ url: { env: 'URL' }, secret: { env: 'KEY' }, headers: { 'X-Token': { env: 'KEY' } } }), []);
  });

  it('finds every missing secret', async () => {
    const findings = await found({ url: { env: 'URL' }, secret: { env: 'KEY' } });
    assert.deepEqual(
      findings.map((line) => /^error secret-missing notify\.team: .*(env \w+)/.exec(line)?.[1]),
      ['env URL', 'env KEY'],
    );
  });

  const ADDRESSES: Readonly<Record<string, RegExp>> = {
    'http://hooks.example.org/T0k3n': /the connection to hooks\.example\.org is not encrypted$/,
    'https://user:T0k3n@hooks.example.org/': /it holds a user name or password$/,
    'hooks.example.org/T0k3n': /it is no http or https URL$/,
    'file:///etc/T0k3n': /it is no http or https URL$/,
    'http://localhost.example.org/T0k3n': /is not encrypted$/,
    'http://127.0.0.1.example.org/T0k3n': /is not encrypted$/,
  };

  for (const [address, said] of Object.entries(ADDRESSES)) {
    it(`refuses ${address} without repeating it`, async () => {
      bench.env = { URL: address };
      const [finding = '', ...more] = await found({ url: { env: 'URL' } });
      assert.match(finding, said);
      assert.match(finding, /^error address-refused notify\.team: Cannot send to the address of env URL: /);
      assert.doesNotMatch(finding, /T0k3n/);
      assert.deepEqual(more, []);
    });
  }

  it('refuses a header that would begin another one', async () => {
    bench.env = { TOKEN: 'a\nx-admin: yes' };
    const [finding = ''] = await found({ url: 'https://hooks.example.org/x', headers: { 'X-Token': { env: 'TOKEN' } } });
    assert.match(finding, /^error header-refused .*"X-Token" of env TOKEN/);
    assert.doesNotMatch(finding, /admin/);
  });
});
