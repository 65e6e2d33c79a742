/** What a text that is meant for a shell has and an argument list has not. */
const SHELL = /[|&;<>()$`]/;

export interface Refusal {
  readonly state: string;
  readonly hint: string;
}

const SCRIPT = 'no shell runs it: write a script and name it here, or write a list of arguments';

/** One word, of pieces that stand together: `a"b c"d`. */
const PIECE = /([^\s'"]+)|'([^']*)'|"([^"]*)"/y;

/**
 * Program and arguments of a text: split on blanks, single and double quotes keep them. A backslash is a backslash, as in paths of Windows.
 * What only a shell understands is refused, but in single quotes; so is `$` in double ones.
 */
export function splitArgv(text: string): readonly [string, ...string[]] | Refusal {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\x00-\x08\x0a-\x1f\x7f]/.test(text)) return { state: 'it holds a line break or another control character', hint: SCRIPT };
  const words = wordsOf(text);
  return Array.isArray(words) ? checkedArgv(words) : (words as Refusal);
}

function wordsOf(text: string): readonly string[] | Refusal {
  const words: string[] = [];
  let open = false;
  for (let at = 0; at < text.length; ) {
    if (/[ \t]/.test(text.charAt(at))) {
      open = false;
      at++;
      continue;
    }
    PIECE.lastIndex = at;
    const piece = PIECE.exec(text);
    if (!piece) return { state: `a ${text.charAt(at)} is never closed`, hint: 'close it, or write a list of arguments' };
    const [whole, bare, single, double] = piece;
    const sign = SHELL.exec(bare ?? (double === undefined ? '' : double.replace(/[^$`]/g, '')))?.[0];
    if (sign !== undefined) return { state: `it holds ${sign}, which only a shell understands`, hint: SCRIPT };
    const word = bare ?? single ?? double ?? '';
    if (open) words.push((words.pop() ?? '') + word);
    else words.push(word);
    open = true;
    at += whole.length;
  }
  return words;
}

/** A list of arguments that can be run: it begins with a program. */
export function checkedArgv(words: readonly string[]): readonly [string, ...string[]] | Refusal {
  const [program, ...args] = words;
  if (program === undefined || program.trim() === '') return { state: 'it names no program', hint: 'write the program first' };
  if (program.startsWith('-')) return { state: 'it begins with an option, not with a program', hint: 'write the program first' };
  if (/^\w+=/.test(program)) return { state: 'it begins with a variable, not with a program', hint: 'set variables under "env"' };
  return [program, ...args];
}

export function isRefusal(value: readonly string[] | Refusal): value is Refusal {
  return 'state' in value;
}
