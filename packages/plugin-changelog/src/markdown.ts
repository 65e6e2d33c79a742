/** Text of strangers as CommonMark that shows it and does nothing else. Code spans stay. */
export function markdownText(text: string): string {
  const plain = printable(text);
  return plain
    .split(/(`[^`]+`)/)
    .map((piece, index) => (index % 2 === 1 ? piece : piece.replace(/[\\`*_[\]<>&~|!#]/g, '\\$&').replaceAll('://', '\\://')))
    .join('')
    .replace(/^([-+=])/, '\\$1')
    .replace(/^(\d+)([.)])/, '$1\\$2');
}

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
