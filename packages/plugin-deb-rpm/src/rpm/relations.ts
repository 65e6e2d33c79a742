/** Relations between packages, as spec files have them: `name`, `name >= 1.2-3`, `(a or b)`. */

/** A name may hold attached parentheses: `libc.so.6(GLIBC_2.34)(64bit)`, `perl(Foo::Bar)`. */
const NAME = /[A-Za-z0-9_/][^\s()<>=,]*(?:\([^\s()]*\)[^\s()<>=,]*)*/.source;
const VERSION = /(?:[0-9]+:)?[A-Za-z0-9._+~^]+(?:-[A-Za-z0-9._+~^]+)?|\{version\}/.source;
const ONE = new RegExp(`(${NAME})(?:\\s*(<=|>=|=|<|>)\\s*(${VERSION}))?`, 'y');
const OPERATOR = /\s+(and|or|if|else|with|without|unless)\s+/y;
const [OPEN, CLOSE] = [/\(\s*/y, /\s*\)/y];
const CHAINS: readonly string[] = ['and', 'or', 'with'];
const DEPTH_MAX = 20;

export interface RelationRules {
  /** `(a or b)`; not for what is provided, obsoleted or ordered. */
  readonly rich: boolean;
  /** Provides know `=` only. */
  readonly onlyEqual?: boolean;
}

/** The relation in its usual form; `{version}` stands for the package's own version. Undefined when it is none. */
export function relation(written: string, { rich, onlyEqual = false }: RelationRules): string | undefined {
  const scanner = new Scanner(written.trim());
  const parsed = operand(scanner, 0);
  if (parsed === undefined || !scanner.atEnd) return undefined;
  if (parsed.startsWith('(')) return rich ? parsed : undefined;
  return onlyEqual && / [<>]/.test(parsed) ? undefined : parsed;
}

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.#at === this.#text.length;
  }

  take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return undefined;
    this.#at = pattern.lastIndex;
    return found;
  }
}

function operand(scanner: Scanner, depth: number): string | undefined {
  if (depth > DEPTH_MAX) return undefined;
  if (scanner.take(OPEN)) return expression(scanner, depth + 1);
  const [, name, operator, version] = scanner.take(ONE) ?? [];
  return operator === undefined ? name : `${name} ${operator} ${version}`;
}

function expression(scanner: Scanner, depth: number): string | undefined {
  let printed = operand(scanner, depth);
  const operators: string[] = [];
  for (let found = scanner.take(OPERATOR); found && printed !== undefined; found = scanner.take(OPERATOR)) {
    const next = operand(scanner, depth);
    operators.push(found[1] as string);
    printed = next && `${printed} ${found[1]} ${next}`;
  }
  return printed !== undefined && scanner.take(CLOSE) && areTogether(operators) ? `(${printed})` : undefined;
}

/** One operator again and again, or a condition with its alternative. */
function areTogether(operators: readonly string[]): boolean {
  const [first = 'else', second] = operators;
  if (operators.length === 1) return first !== 'else';
  if (CHAINS.includes(first)) return operators.every((each) => each === first);
  return operators.length === 2 && (first === 'if' || first === 'unless') && second === 'else';
}
