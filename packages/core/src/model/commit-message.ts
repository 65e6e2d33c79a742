/** A commit message by Conventional Commits 1.0.0; one that follows none is a subject alone. */
export interface CommitMessage {
  /** In lower case. */
  readonly type?: string;
  readonly scope?: string;
  readonly subject: string;
  /** What breaks: the footer's text, else the subject. */
  readonly breaking?: string;
  readonly references: readonly string[];
}

/** Spec 1, 4, 5 and 13: the colon and the space are required, scope and `!` are not. */
const HEADER = /^(?<type>[A-Za-z][\w-]*)(?:\((?<scope>[^()]+)\))?(?<bang>!)?:[ \t]+(?<subject>\S.*)$/;

/** Spec 12 and 16; upper case is required. The text may begin on the next line: git cuts the space off then. */
const BREAKING = /^BREAKING[ -]CHANGE(?::| #)/;

/** Spec 8: where another footer begins, the one before it ends. */
const FOOTER = /^(?:BREAKING[ -]CHANGE:|(?:BREAKING CHANGE|[A-Za-z][A-Za-z0-9-]*)(?:: | #))/;

const REFERENCE = /(?<![\w./#&-])(?:[\w.-]{1,100}\/[\w.-]{1,100})?#\d{1,10}\b/g;

/** Reads a commit message; every text it gives is raw. */
export function parseCommitMessage(message: string): CommitMessage {
  const [first = '', ...body] = message.split(/\r?\n/);
  const header = HEADER.exec(first)?.groups;
  const subject = (header?.subject ?? first).trim();
  const broken = breakingText(body) ?? (header?.bang === undefined ? undefined : subject);
  return {
    ...(header?.type === undefined ? {} : { type: header.type.toLowerCase() }),
    ...(header?.scope === undefined ? {} : { scope: header.scope.trim() }),
    subject,
    ...(broken === undefined ? {} : { breaking: broken || subject }),
    references: message.includes('#') ? [...new Set(message.match(REFERENCE) ?? [])] : [],
  };
}

/** The footer's lines as one; empty when it says nothing. */
function breakingText(body: readonly string[]): string | undefined {
  const start = body.findIndex((line) => BREAKING.test(line));
  if (start === -1) return undefined;
  const rest = body.slice(start + 1);
  const end = rest.findIndex((line) => line.trim() === '' || FOOTER.test(line));
  const lines = [(body[start] ?? '').replace(BREAKING, ''), ...(end === -1 ? rest : rest.slice(0, end))];
  return lines
    .map((line) => line.trim())
    .join(' ')
    .trim();
}
