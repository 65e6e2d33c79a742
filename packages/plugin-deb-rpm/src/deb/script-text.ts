import { foreignInterpreter } from './errors.ts';

export type ScriptName = 'preinst' | 'postinst' | 'prerm' | 'postrm' | 'config';

/** Where debhelper puts what it makes; people who know it may say so too. */
const TOKEN = /^#DEBHELPER#[ \t]*$/m;
const SHELL = /^#! ?(?:\/usr)?\/bin\/(?:sh|bash|dash)(?: -[a-z]+)?$/;

/** Why a text cannot be a maintainer script; undefined when it can. */
export function scriptProblem(text: string): string | undefined {
  if (!/^#! ?\/\S/.test(text)) return 'it does not begin with "#!" and an absolute path, such as #!/bin/sh';
  if (text.includes('\r')) return 'it has Windows line ends, with which it cannot be run';
  if (text.includes('\0')) return 'it holds a NUL character';
  return undefined;
}

/** Shell code that is run before and after what the user wrote. */
export interface Snippets {
  readonly before: string;
  readonly after: string;
}

/** One maintainer script of both; undefined when there is nothing to run. */
export function joinScript(name: ScriptName, own: string | undefined, { before, after }: Snippets): string | undefined {
  if (before === '' && after === '') return own === undefined ? undefined : endLine(own);
  if (own === undefined) return `#!/bin/sh\nset -e\n${before}${after}`;
  const end = own.indexOf('\n') < 0 ? own.length : own.indexOf('\n');
  const interpreter = own.slice(0, end);
  if (!SHELL.test(interpreter)) throw foreignInterpreter(name, interpreter);
  if (TOKEN.test(own)) return endLine(own.replace(TOKEN, () => `${before}${after}`.trimEnd()));
  // In a subshell, so that an "exit 0" of theirs does not end ours, and with the settings they had.
  const settings = / -[a-z]*e/.test(interpreter) ? '' : 'set +e\n';
  return `${interpreter}\nset -e\n${before}(\n:\n${settings}${endLine(own.slice(end + 1))})\n${after}`;
}

function endLine(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
