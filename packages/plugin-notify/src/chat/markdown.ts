import { clean } from './text.ts';

/** What notes hold for readers of CommonMark, for services that are none. */

const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' };

const REFERENCE = '&(lt|gt|amp|quot|#(\\d{1,5}));';
const ESCAPE = '\\\\([!-/:-@[-`{-~])';

/** CommonMark 2.5: the references that are written for characters with a meaning. */
export function withoutReferences(text: string): string {
  return text.replace(new RegExp(REFERENCE, 'g'), reference);
}

/** CommonMark 2.4 as well: a backslash before ASCII punctuation, which begins no reference then. */
export function unescaped(text: string): string {
  return text.replace(new RegExp(`${ESCAPE}|${REFERENCE}`, 'g'), (whole, escaped: string | undefined, name: string, code?: string) =>
    escaped === undefined ? reference(whole, name, code) : escaped,
  );
}

function reference(whole: string, name: string, code?: string): string {
  return code === undefined ? (NAMED[name] ?? whole) : String.fromCharCode(Number(code));
}

/** `[text](url)`, where the bracket is none by itself: text and address. */
const LINK = /(?<!\\)\[((?:[^\]\\]|\\.)+)\]\((https?:\/\/[^\s)]+)\)/g;

/** A line in pieces: what lies between links, and the links. */
export function withLinks(line: string, between: (text: string) => string, link: (text: string, url: string) => string): string {
  let made = '';
  let end = 0;
  for (const { 0: whole, 1: text = '', 2: url = '', index } of line.matchAll(LINK)) {
    made += between(line.slice(end, index)) + link(text, url);
    end = index + whole.length;
  }
  return made + between(line.slice(end));
}

/** As plain text: headings without their signs, links as their text and address. */
export function plain(markdown: string): string {
  return markdown
    .split('\n')
    .map((line) =>
      withLinks(
        line.replace(/^#{1,6}\s+/, ''),
        (text) => unescaped(text.replaceAll('**', '')),
        (text, url) => `${unescaped(text)} (${unescaped(url)})`,
      ),
    )
    .join('\n');
}

/** An item of a list; in angle brackets, whatever the address holds. */
export function linkItem(name: string, url: string): string {
  return `- [${clean(name).replace(/[[\]\\]/g, '\\$&')}](<${clean(url)}>)`;
}
