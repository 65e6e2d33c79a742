import type { Message } from '@provisioning-dist/core';
import { clean } from '../chat/text.ts';

/** HTML of a message. Of CommonMark what notes are made of; all else, raw HTML first, is shown as it is written. */

interface Block {
  readonly tag: 'p' | 'ul' | 'ol' | 'pre' | `h${number}`;
  readonly lines: string[];
  /** What ends it, of `pre`. */
  readonly fence?: string;
}

const HEADING = /^ {0,3}(#{1,6})[ \t]+(.*)$/;
const ITEM = /^[ \t]*([-*+]|\d{1,9}[.)])[ \t]+(\S.*)$/;
const FENCE = /^ {0,3}(```|~~~)/;

/** An escaped character, code, bold, a link, an address. Each stops at its own delimiter: time grows with the length alone. */
const INLINE = /\\([!-/:-@[-`{-~])|`([^`]+)`|\*\*((?:\\.|[^*\\])+)\*\*|\[((?:\\.|[^[\]\\])*)\]\((https?:\/\/[^\s()<>"]+)\)|<(https?:\/\/[^\s<>"]+)>/g;

export function htmlOf({ title, body, links }: Pick<Message, 'title' | 'body' | 'links'>): string {
  const list = links.map(({ name, url }) => `<li>${linkTo(clean(url), escaped(clean(name)))}</li>`);
  return [
    '<!DOCTYPE html>',
    `<html><head><meta charset="utf-8"><title>${escaped(title)}</title></head><body>`,
    `<h1>${escaped(title)}</h1>`,
    ...blocksOf(clean(body ?? '')).map(rendered),
    ...(list.length > 0 ? [`<ul>\n${list.join('\n')}\n</ul>`] : []),
    '</body></html>',
    '',
  ].join('\n');
}

function blocksOf(markdown: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: Block | undefined;
  for (const line of markdown.split('\n')) {
    const block = blockWith(line, open);
    if (block !== undefined && block !== open) blocks.push(block);
    open = block;
  }
  return blocks;
}

/** The block a line belongs to: the open one, a new one, or none. */
function blockWith(line: string, open: Block | undefined): Block | undefined {
  const fence = FENCE.exec(line)?.[1];
  if (open?.tag === 'pre') return fence === open.fence ? undefined : continued(open, line);
  if (fence !== undefined) return { tag: 'pre', fence, lines: [] };
  if (line.trim() === '') return undefined;
  const [, marks, heading = ''] = HEADING.exec(line) ?? [];
  if (marks !== undefined) return { tag: `h${marks.length}`, lines: [heading.trim().replace(/ #+$/, '')] };
  const [, bullet, text = ''] = ITEM.exec(line) ?? [];
  if (bullet !== undefined) return itemIn(/\d/.test(bullet) ? 'ol' : 'ul', text, open);
  return textIn(line.trim(), open);
}

function itemIn(tag: 'ul' | 'ol', text: string, open: Block | undefined): Block {
  return open?.tag === tag ? continued(open, text) : { tag, lines: [text] };
}

/** Text goes on in its paragraph or list item. */
function textIn(text: string, open: Block | undefined): Block {
  if (open?.tag === 'p') return continued(open, text);
  if (open?.tag !== 'ul' && open?.tag !== 'ol') return { tag: 'p', lines: [text] };
  return continued(open, `${open.lines.pop()} ${text}`);
}

function continued(block: Block, line: string): Block {
  block.lines.push(line);
  return block;
}

function rendered({ tag, lines }: Block): string {
  if (tag === 'pre') return `<pre>${escaped(lines.join('\n'))}</pre>`;
  if (tag === 'ul' || tag === 'ol') return `<${tag}>\n${lines.map((line) => `<li>${inline(line)}</li>`).join('\n')}\n</${tag}>`;
  return `<${tag}>${inline(lines.join('\n'))}</${tag}>`;
}

function inline(text: string): string {
  let html = '';
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    html += escaped(text.slice(end, match.index)) + markup(match);
    end = match.index + match[0].length;
  }
  return html + escaped(text.slice(end));
}

function markup([, char, code, bold, label, url, address]: RegExpExecArray): string {
  if (char !== undefined) return escaped(char);
  if (code !== undefined) return `<code>${escaped(code)}</code>`;
  if (bold !== undefined) return `<strong>${inline(bold)}</strong>`;
  return url === undefined ? linkTo(address ?? '', escaped(address ?? '')) : linkTo(url, inline(label ?? ''));
}

/** Only to the web. */
function linkTo(url: string, label: string): string {
  return /^https?:\/\//i.test(url) ? `<a href="${escaped(url)}">${label}</a>` : `${label}: ${escaped(url)}`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}
