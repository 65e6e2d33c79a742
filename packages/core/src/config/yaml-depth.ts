import { Lexer } from 'yaml';

/** yaml's parser takes quadratic time for deep nesting before anybody can count it, so the tokens are counted first: that is linear. */

/** Offset of the first bracket or indicator nested deeper than `limit`; undefined when there is none. */
export function tooDeepAt(text: string, limit: number): number | undefined {
  return deepFlowAt(text, limit) ?? deepLineAt(text, limit);
}

function deepFlowAt(text: string, limit: number): number | undefined {
  if (text.split(/[[{]/, limit + 2).length <= limit + 1) return undefined;
  let depth = 0;
  let offset = 0;
  for (const token of new Lexer().lex(text)) {
    if (isControl(token)) continue;
    if (token === '[' || token === '{') depth++;
    else if (token === ']' || token === '}') depth--;
    if (depth > limit) return offset;
    offset += token.length;
  }
  return undefined;
}

/** `- - - x` nests once per indicator on one line. */
function deepLineAt(text: string, limit: number): number | undefined {
  const line = new RegExp(`^[ \\t]*(?:[-?][ \\t]+){${limit + 1}}`, 'm').exec(text);
  return line === null ? undefined : line.index + line[0].length - 1;
}

/** Marks the lexer puts between tokens (document, flow error end, scalar, byte order mark); no part of the text but the last. */
function isControl(token: string): boolean {
  return token === '\u0002' || token === '\u0018' || token === '\u001f';
}
