import assert from 'node:assert/strict';
import type { AnyChannel, Message } from '@provisioning-dist/core';
import { testSecret } from '@provisioning-dist/core/testing';
import fc from 'fast-check';
import { plain, withoutReferences } from '../../src/chat/markdown.ts';
import { clean, cut, lines } from '../../src/chat/text.ts';
import { discord } from '../../src/discord/channel.ts';
import { mattermost } from '../../src/mattermost/channel.ts';
import { slack } from '../../src/slack/channel.ts';
import { mrkdwn } from '../../src/slack/layout.ts';
import { teams } from '../../src/teams/channel.ts';
import { telegram } from '../../src/telegram/channel.ts';

const MESSAGE: Message = {
  type: 'security',
  urgent: true,
  title: 'acme <1.2.0> & more',
  body: '## Fixed\n* **one** by @here and <!channel>',
  links: [{ name: 'acme [x].deb', url: 'https://dl.example.org/a?b=c&d=e' }],
};

/** What the channel's effect is given, as the service gets it. */
async function sent(channel: AnyChannel, options: object, message: Message = MESSAGE): Promise<Record<string, unknown>> {
  let body = '';
  const effect = async (_: unknown, input: { readonly body: string }) => {
    body = input.body;
  };
  await channel.send({ options, message, effect } as never);
  return JSON.parse(body);
}

describe('messages to Slack', () => {
  it('escape what would call or link', async () => {
    assert.deepEqual(await sent(slack, { mention: 'channel' }), {
      text: '<!channel> acme &lt;1.2.0&gt; &amp; more',
      blocks: [
        { type: 'header', text: { type: 'plain_text', text: 'acme <1.2.0> & more', emoji: false } },
        { type: 'section', text: { type: 'mrkdwn', text: '<!channel>' } },
        { type: 'section', text: { type: 'mrkdwn', text: '*Fixed*\n• *one* by @here and &lt;!channel&gt;' } },
        { type: 'section', text: { type: 'mrkdwn', text: '• <https://dl.example.org/a?b=c&amp;d=e|acme [x].deb>' } },
      ],
      unfurl_links: false,
    });
  });

  it('call nobody unless they are urgent', async () => {
    const { text } = await sent(slack, { mention: 'channel' }, { ...MESSAGE, urgent: false });
    assert.equal(text, 'acme &lt;1.2.0&gt; &amp; more');
  });

  it('name the channel for a token', async () => {
    assert.equal((await sent(slack, { channel: '#ops' })).channel, '#ops');
  });

  it('link only to the web', () => {
    assert.equal(mrkdwn('[a](https://x.example/?b&c) [b](javascript:alert(1))'), '<https://x.example/?b&amp;c|a> [b](javascript:alert(1))');
  });
});

describe('escapes of notes', () => {
  const NOTES = '- \\@all \\<b> &lt;!channel&gt; \\&lt; \\*x\\* https\\://x.example ([214e3a7](https://x.example/214e3a7))';

  it('are undone for Slack', () => {
    assert.equal(mrkdwn(NOTES), '• @all &lt;b&gt; &lt;!channel&gt; &amp;lt; *x* https://x.example (<https://x.example/214e3a7|214e3a7>)');
  });

  it('are undone for Telegram', () => {
    assert.equal(plain(NOTES), '- @all <b> <!channel> &lt; *x* https://x.example (214e3a7 (https://x.example/214e3a7))');
  });

  it('stay for Discord, which knows backslashes alone', () => {
    assert.equal(withoutReferences('\\@all &lt;b&gt; &#64;'), '\\@all <b> @');
  });
});

describe('answers of Slack', () => {
  const [send] = slack.effects;
  const asked = async (answer: object): Promise<unknown> => {
    const http = async () => ({ status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, json: () => answer });
    const options = { token: testSecret('xoxb-canary'), channel: '#ops', api: 'https://slack.example/api', timeout: 1000 };
    return send?.apply({ title: 'x', body: '{}' }, { options, http, signal: new AbortController().signal } as never);
  };

  it('with ok: false are refusals for good', async () => {
    await assert.rejects(asked({ ok: false, error: 'channel_not_found' }), {
      code: 'message-refused',
      message: 'Cannot send to slack.example: it answered channel_not_found',
      data: { status: 400 },
    });
  });

  it('with ok: true are not', async () => assert.deepEqual(await asked({ ok: true, ts: '1' }), { status: 200 }));
});

describe('messages to Discord', () => {
  const description = '## Fixed\n* **one** by @here and <!channel>\n\n- [acme \\[x\\].deb](<https://dl.example.org/a?b=c&d=e>)';

  it('call nobody by their texts', async () => {
    assert.deepEqual(await sent(discord, {}), {
      embeds: [{ title: 'acme <1.2.0> & more', description, color: 0xe0_1e_5a }],
      allowed_mentions: { parse: [] },
    });
  });

  it('call those asked for when they are urgent', async () => {
    const { content, allowed_mentions: allowed } = await sent(discord, { mention: 'here' });
    assert.deepEqual({ content, allowed }, { content: '@here', allowed: { parse: ['everyone'] } });
  });
});

describe('messages to Mattermost', () => {
  it('call nobody by their texts', async () => {
    const { text } = await sent(mattermost, { mention: 'all' });
    assert.match(String(text), /^@all \*\*acme <1\.2\.0> & more\*\*\n\n## Fixed\n\* \*\*one\*\* by @\u200bhere and <!channel>\n\n- \[acme/);
  });
});

describe('messages to Teams', () => {
  it('are adaptive cards', async () => {
    const { type, attachments } = await sent(teams, {});
    const [{ contentType, content }] = attachments as [{ contentType: string; content: { body: { text: string }[] } }];
    assert.deepEqual([type, contentType], ['message', 'application/vnd.microsoft.card.adaptive']);
    assert.equal(content.body[2]?.text, '- [acme \\[x\\].deb](https://dl.example.org/a?b=c&d=e)');
  });

  it('stay below 28 KB whatever they hold', async () => {
    const wide = '\u{1F680}'.repeat(20_000);
    const links = Array.from({ length: 500 }, () => ({ name: wide.slice(0, 100), url: `https://example.org/${'\u00e9'.repeat(50)}` }));
    const body = JSON.stringify(await sent(teams, {}, { ...MESSAGE, title: wide, body: wide, links }));
    assert.ok(Buffer.byteLength(body) < 28 * 1024, `${Buffer.byteLength(body)} bytes`);
  });
});

describe('messages to Telegram', () => {
  it('are plain text', async () => {
    assert.deepEqual(await sent(telegram, { chat: '-100123' }), {
      chat_id: '-100123',
      text: 'acme <1.2.0> & more\n\nFixed\n* one by @here and <!channel>\n\nacme [x].deb: https://dl.example.org/a?b=c&d=e',
      link_preview_options: { is_disabled: true },
      disable_notification: false,
    });
  });
});

describe('limits', () => {
  const long: Message = { ...MESSAGE, title: '\u{1F680}'.repeat(3000), body: '**x** @here & <y>\n'.repeat(9000) };
  const links = Array.from({ length: 2000 }, (_, index) => ({ name: `n${index}`, url: `https://example.org/${index}` }));

  it('hold for every text of Slack', async () => {
    const { text, blocks } = await sent(slack, {}, { ...long, links });
    assert.ok(String(text).length <= 4000);
    for (const block of blocks as { type: string; text: { text: string } }[])
      assert.ok(block.text.text.length <= (block.type === 'header' ? 150 : 3000), block.type);
  });

  it('hold for all texts of Discord together', async () => {
    const [{ title, description } = { title: '', description: '' }] = (await sent(discord, {}, { ...long, links })).embeds as {
      title: string;
      description: string;
    }[];
    assert.ok(title.length <= 256 && description.length <= 4096 && title.length + description.length <= 6000);
    assert.match(description, /… and \d+ more$/);
  });

  it('hold for Mattermost and Telegram', async () => {
    assert.ok(String((await sent(mattermost, {}, { ...long, links })).text).length <= 16_383);
    assert.ok(String((await sent(telegram, { chat: '1' }, { ...long, links })).text).length <= 4096);
  });
});

describe('texts', () => {
  it('are cut between characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 40 }), (text, limit) => {
        const short = cut(clean(text), limit);
        return short.length <= limit && short.isWellFormed();
      }),
    );
  });

  it('lose control characters alone', () => assert.equal(clean('a\r\n\tb\0\x1b[31m\u0085c\ud800'), 'a\n\tb[31mc\ufffd'));

  it('keep whole lines', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 30 })), fc.integer({ min: 30, max: 300 }), (all, limit) => lines(all, limit).length <= limit),
    );
  });
});
