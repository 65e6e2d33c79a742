import assert from 'node:assert/strict';
import type { ChannelJob, Message } from '@provisioning-dist/core';
import { htmlOf } from '../../src/email/html.ts';
import { mailOf } from '../../src/email/mail.ts';
import { mimeOf } from '../../src/email/mime.ts';
import type { EmailOptions } from '../../src/email/options.ts';
import { box } from './options.ts';

const MESSAGE: Message = {
  type: 'security',
  urgent: true,
  title: 'acme 1.2.0 is released',
  body: '## Fixed\n\n- **one**, Grüße\n- [two](https://acme.example/2?a&b)',
  links: [{ name: 'acme.deb', url: 'https://dl.acme.example/acme.deb' }],
};

const OPTIONS: EmailOptions = {
  server: { host: 'mail.acme.example', security: 'starttls' },
  from: box('Acme Größe <releases@acme.example>'),
  to: [box('team@acme.example'), box('Ada <ada@example.org>')],
  cc: [box('cc@example.org')],
  bcc: [box('hidden@example.org')],
  replyTo: box('help@acme.example'),
  subject: '[{product}] {title}',
  timeout: 1000,
};

const DATE = new Date(Date.UTC(2026, 4, 4, 10));

function mail(message: Partial<Message> = {}, options: Partial<EmailOptions> = {}, occasion = 'acme 1.2.0 security') {
  const release = { product: 'acme', name: 'Acme', version: '1.2.0', snapshot: false, date: 0 };
  const job = { id: 'team', message: { ...MESSAGE, ...message }, release, occasion, options: { ...OPTIONS, ...options } };
  return mailOf(job as unknown as ChannelJob<EmailOptions>);
}

async function mime(message: Partial<Message> = {}, options: Partial<EmailOptions> = {}): Promise<string> {
  return Buffer.from(await mimeOf(mail(message, options), { ...OPTIONS, ...options }, DATE)).toString('latin1');
}

/** Name and value of each field, unfolded: RFC 5322 2.2.3. */
async function fields(message: Partial<Message> = {}, options: Partial<EmailOptions> = {}): Promise<ReadonlyMap<string, string>> {
  const [head = ''] = (await mime(message, options)).split('\r\n\r\n', 1);
  const lines = head.replace(/\r\n(?=[ \t])/g, '').split('\r\n');
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]));
}

describe('a mail', () => {
  it('is text and HTML', async () => {
    const text = await mime();
    assert.doesNotMatch(text, /(?<!\r)\n|.{77}/);
    const boundary = /boundary="(--_NmP-[0-9a-f]{32}-Part_1)"/.exec(text)?.[1];
    assert.equal(
      text.slice(text.indexOf('\r\n\r\n') + 4).replaceAll('=\r\n', ''),
      [
        `--${boundary}`,
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: quoted-printable',
        '',
        'acme 1.2.0 is released',
        '',
        '## Fixed',
        '',
        '- **one**, Gr=C3=BC=C3=9Fe',
        '- [two](https://acme.example/2?a&b)',
        '',
        'acme.deb: https://dl.acme.example/acme.deb',
        '',
        `--${boundary}`,
        'Content-Type: text/html; charset=utf-8',
        'Content-Transfer-Encoding: quoted-printable',
        '',
        '<!DOCTYPE html>',
        '<html><head><meta charset=3D"utf-8"><title>acme 1.2.0 is released</title></head><body>',
        '<h1>acme 1.2.0 is released</h1>',
        '<h2>Fixed</h2>',
        '<ul>',
        '<li><strong>one</strong>, Gr=C3=BC=C3=9Fe</li>',
        '<li><a href=3D"https://acme.example/2?a&amp;b">two</a></li>',
        '</ul>',
        '<ul>',
        '<li><a href=3D"https://dl.acme.example/acme.deb">acme.deb</a></li>',
        '</ul>',
        '</body></html>',
        '',
        `--${boundary}--`,
        '',
      ].join('\r\n'),
    );
  });

  it('says who sends what to whom', async () => {
    const { 'Content-Type': _, 'Message-ID': id, ...rest } = Object.fromEntries(await fields());
    assert.match(id ?? '', /^<[0-9a-f]{32}@acme\.example>$/);
    assert.deepEqual(rest, {
      'Auto-Submitted': 'auto-generated',
      From: '=?UTF-8?Q?Acme_Gr=C3=B6=C3=9Fe?= <releases@acme.example>',
      To: 'team@acme.example, Ada <ada@example.org>',
      Cc: 'cc@example.org',
      'Reply-To': 'help@acme.example',
      Subject: '[acme] acme 1.2.0 is released',
      Date: 'Mon, 04 May 2026 10:00:00 +0000',
      'X-Priority': '1 (Highest)',
      Importance: 'high',
      'MIME-Version': '1.0',
    });
  });

  it('is the same bytes again', async () => assert.equal(await mime(), await mime()));

  it('has no priority unless it is urgent', async () => {
    assert.deepEqual(
      [...(await fields({ urgent: false })).keys()].filter((name) => /priority|importance/i.test(name)),
      [],
    );
  });

  it('hides who gets it unseen', async () => assert.doesNotMatch(await mime(), /hidden@/));

  it('has one id for each announcement', () => {
    const ids = [mail(), mail({ title: 'other words' }), mail({}, {}, 'acme 1.2.0 security #2')].map(({ messageId }) => messageId);
    assert.deepEqual([ids[0] === ids[1], ids[0] === ids[2]], [true, false]);
  });

  for (const title of [
    'one\r\nBcc: eve@example.org',
    'one\nBcc: eve@example.org\n\nbody',
    'one\u2028Bcc: eve',
    '\0\r\n.\r\nQUIT',
    'ü\r\nTo: eve@x.org'.repeat(50),
  ]) {
    it(`gets no header from ${JSON.stringify(title.slice(0, 25))}`, async () => {
      const usual = await fields();
      const found = await fields({ title });
      assert.deepEqual([...found.keys()], [...usual.keys()]);
      assert.deepEqual([found.get('To'), found.get('Bcc')], [usual.get('To'), undefined]);
    });
  }

  it('gets no part from its text', async () => {
    const boundary = /boundary="(.*)"/.exec(await mime())?.[1];
    const body = `--${boundary}\r\nContent-Type: text/html\r\n\r\n<b>`;
    const text = await mime({ body });
    const own = /boundary="(.*)"/.exec(text)?.[1] ?? '';
    assert.equal(text.split(`--${own}`).length, 4);
  });
});

describe('HTML of a mail', () => {
  const cases: Readonly<Record<string, readonly [markdown: string, html: string]>> = {
    headings: ['# A\n### B ##\ntext', '<h1>A</h1>\n<h3>B</h3>\n<p>text</p>'],
    paragraphs: ['one\ntwo\n\nthree', '<p>one\ntwo</p>\n<p>three</p>'],
    lists: ['* a\n  more\n* b\n1. c', '<ul>\n<li>a more</li>\n<li>b</li>\n</ul>\n<ol>\n<li>c</li>\n</ol>'],
    code: ['`<b>`\n```sh\n# **x**\n```', '<p><code>&lt;b&gt;</code></p>\n<pre># **x**</pre>'],
    'code without an end': ['```\n<i>', '<pre>&lt;i&gt;</pre>'],
    links: [
      '[**a**](https://x.example/?b&c) <http://y.example>',
      '<p><a href="https://x.example/?b&amp;c"><strong>a</strong></a> <a href="http://y.example">http://y.example</a></p>',
    ],
    'links to elsewhere': ['[a](javascript:alert(1)) [b](data:text/html,x)', '<p>[a](javascript:alert(1)) [b](data:text/html,x)</p>'],
    'links that leave their attribute': [
      `[a](https://x/"onclick=alert) [b](https://x/'y')`,
      `<p>[a](https://x/&quot;onclick=alert) <a href="https://x/&#39;y&#39;">b</a></p>`,
    ],
    'raw HTML': [
      '<script>x</script> <img src=x onerror="y"> &amp;',
      '<p>&lt;script&gt;x&lt;/script&gt; &lt;img src=x onerror=&quot;y&quot;&gt; &amp;amp;</p>',
    ],
    'escaped characters': ['\\*\\*a\\*\\* \\[b\\](https://x.example) \\<', '<p>**a** [b](https://x.example) &lt;</p>'],
    images: ['![a](https://x.example/i.png)', '<p>!<a href="https://x.example/i.png">a</a></p>'],
  };
  for (const [what, [markdown, html]] of Object.entries(cases)) {
    it(`shows ${what}`, () => {
      const whole = htmlOf({ title: 't', body: markdown, links: [] });
      assert.equal(whole.slice(whole.indexOf('</h1>\n') + 6, whole.indexOf('\n</body>')), html);
    });
  }

  it('links artifacts only to the web', () => {
    assert.match(
      htmlOf({ title: '<t>', links: [{ name: '<a>', url: 'javascript:x' }] }),
      /<h1>&lt;t&gt;<\/h1>\n<ul>\n<li>&lt;a&gt;: javascript:x<\/li>/,
    );
  });

  for (const piece of ['[', '**', '`', '\\', '<http://', '[](https://x', '# ', ' #', '- ', '**[`']) {
    it(`takes no longer for many ${piece}`, () => {
      const begun = performance.now();
      htmlOf({ title: '', body: piece.repeat(100_000 / piece.length), links: [] });
      assert.ok(performance.now() - begun < 1000);
    });
  }
});
