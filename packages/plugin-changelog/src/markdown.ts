/** Text of strangers as CommonMark that shows it and does nothing else. Code spans stay. As little is escaped as will do: people read the source, too. */
export function markdownText(text: string): string {
  return printable(text)
    .split(/(`[^`]+`)/)
    .map((piece, index) => (index % 2 === 1 ? piece : escaped(piece)))
    .join('')
    .replace(/^(?:[-+=>]|#(?=#{0,5}(?:\s|$)))/, '\\$&')
    .replace(/^(\d+)([.)])/, '$1\\$2');
}

/** CommonMark 6: an underscore inside a word and an ampersand that begins no character reference stand for themselves. */
function escaped(text: string): string {
  return text
    .replace(/[\\`*[\]<~]/g, '\\$&')
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_')
    .replace(/&(?=#?\w{1,32};)/g, '\\&')
    .replace(AUTOLINK, '\\$&');
}

/** Where addresses that GitHub would make links of are cut: they swallow escapes that follow. */
const AUTOLINK = /:(?=\/\/)|(?<=www)\.|@|(?<=mailto|xmpp):/gi;

/**
 * One line without what a terminal or a reader's eyes would obey: control characters, line and paragraph separators, marks that turn the
 * direction of text or cannot be seen (Unicode TR 36).
 */
export function printable(text: string): string {
  return text
    .replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, ' ')
    .replace(UNSEEN, '')
    .trim();
}

const UNSEEN = /[\p{Cc}\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF\uFFF9-\uFFFB]/gu;

/** An inline link; the address is ours, the text is not. */
export function markdownLink(text: string, url: string | undefined): string {
  return url === undefined ? markdownText(text) : `[${markdownText(text)}](${url})`;
}
