import type { Message } from '@provisioning-dist/core';
import { unescaped, withLinks } from '../chat/markdown.ts';
import { clean, cut, lines } from '../chat/text.ts';

/** Slack's limits: https://docs.slack.dev/reference/block-kit/blocks (header, section) */
const HEADER = 150;
const SECTION = 3000;
/** Above this Slack cuts the text itself. */
const TEXT = 4000;

/** `text` is what notifications and screen readers say; the blocks are what is seen. */
export function layout({ title, body, links, urgent }: Message, mention: 'channel' | 'here' | undefined): object {
  const called = urgent && mention !== undefined ? `<!${mention}> ` : '';
  const head = clean(title).replaceAll('\n', ' ').trim() || ' ';
  const texts = [called.trim(), body === undefined ? '' : cut(mrkdwn(body), SECTION), lines(links.map(link), SECTION)].filter((text) => text !== '');
  return {
    text: cut(`${called}${escaped(head)}`, TEXT),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: cut(head, HEADER), emoji: false } },
      ...texts.map((text) => ({ type: 'section', text: { type: 'mrkdwn', text } })),
    ],
    unfurl_links: false,
  };
}

function link({ name, url }: Message['links'][number]): string {
  return `• <${escaped(clean(url))}|${escaped(clean(name))}>`;
}

/** What would be a mention or a link: https://docs.slack.dev/messaging/formatting-message-text/#escaping */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Of CommonMark what notes are made of: headings, lists, bold, links, escapes. The rest stays as it is written. */
export function mrkdwn(markdown: string): string {
  return clean(markdown).split('\n').map(line).join('\n').trim();
}

function line(text: string): string {
  const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(text);
  if (heading) return `*${inline(heading[1] ?? '').replaceAll('*', '')}*`;
  return inline(text.replace(/^(\s*)[-*+]\s+/, '$1• '));
}

function inline(text: string): string {
  return withLinks(
    text,
    (part) => escaped(unescaped(part.replace(/\*\*(\S(?:.*?\S)?)\*\*/g, '*$1*'))),
    (label, url) => `<${escaped(unescaped(url)).replaceAll('|', '%7C')}|${escaped(unescaped(label)).replaceAll('|', '/')}>`,
  );
}
