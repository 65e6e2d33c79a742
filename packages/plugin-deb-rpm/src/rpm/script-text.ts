import { type Dependency, type RpmFeature, rpmlib } from './dependencies.ts';
import { foreignInterpreter } from './errors.ts';
import { type Field, text, texts } from './header.ts';
import { SENSE, TAG } from './tags.ts';

/** Scripts of a package, in the order of a transaction. */
export type ScriptName = 'pretrans' | 'pre' | 'post' | 'preun' | 'postun' | 'posttrans' | 'preuntrans' | 'postuntrans' | 'verify';

interface ScriptTags {
  readonly body: number;
  readonly program: number;
  readonly sense: number;
}

export const SCRIPTS: Readonly<Record<ScriptName, ScriptTags>> = {
  pretrans: { body: TAG.preTrans, program: TAG.preTransProg, sense: SENSE.preTrans },
  pre: { body: TAG.preIn, program: TAG.preInProg, sense: SENSE.scriptPre },
  post: { body: TAG.postIn, program: TAG.postInProg, sense: SENSE.scriptPost },
  preun: { body: TAG.preUn, program: TAG.preUnProg, sense: SENSE.scriptPreUn },
  postun: { body: TAG.postUn, program: TAG.postUnProg, sense: SENSE.scriptPostUn },
  posttrans: { body: TAG.postTrans, program: TAG.postTransProg, sense: SENSE.postTrans },
  preuntrans: { body: TAG.preUnTrans, program: TAG.preUnTransProg, sense: SENSE.preUnTrans },
  postuntrans: { body: TAG.postUnTrans, program: TAG.postUnTransProg, sense: SENSE.postUnTrans },
  verify: { body: TAG.verifyScript, program: TAG.verifyScriptProg, sense: SENSE.scriptVerify },
};

export const SCRIPT_NAMES: readonly ScriptName[] = Object.keys(SCRIPTS) as ScriptName[];

/** rpm's own interpreter, which needs nothing installed. */
const LUA = '<lua>';
const FIRST_LINE = /^#! ?(\/\S+|<lua>)(?:[ \t]+([^\n]*\S))?[ \t]*(?:\n|$)/;
const SHELLS: readonly string[] = ['/bin/sh', '/bin/bash', '/bin/dash', '/usr/bin/sh', '/usr/bin/bash'];

/** Why a text cannot be a script; undefined when it can. */
export function scriptProblem(written: string): string | undefined {
  if (written.includes('\r')) return 'it has Windows line ends, with which it cannot be run';
  if (written.includes('\0')) return 'it holds a NUL character';
  if (!FIRST_LINE.test(written)) return 'it does not begin with "#!" and an absolute path such as #!/bin/sh, or with #!<lua>';
  return undefined;
}

/** As `scriptProblem`: before the transaction of a first installation there is no shell. */
export function pretransProblem(written: string): string | undefined {
  return scriptProblem(written) ?? (parseScript(written).program === LUA ? undefined : 'only #!<lua> can be run before a system is there');
}

/** As `scriptProblem`: rpm keeps a trigger's interpreter without arguments. */
export function triggerProblem(written: string): string | undefined {
  return scriptProblem(written) ?? (parseScript(written).args.length === 0 ? undefined : 'the interpreter of a trigger takes no arguments');
}

export interface Script {
  readonly program: string;
  readonly args: readonly string[];
  /** Without the first line. */
  readonly body: string;
}

export function parseScript(written: string): Script {
  const [line = '', program = '/bin/sh', args = ''] = FIRST_LINE.exec(written) ?? [];
  return { program, args: args.split(/\s+/).filter(Boolean), body: written.slice(line.length).trimEnd() };
}

/** Shell code that is run before and after what the user wrote. */
export interface Snippets {
  readonly before: string;
  readonly after: string;
}

/** One script of both; undefined when there is nothing to run. */
export function joinScript(name: ScriptName, own: string | undefined, { before, after }: Snippets): Script | undefined {
  const script = own === undefined ? undefined : parseScript(own);
  if (before === '' && after === '') return script;
  if (script === undefined) return { program: '/bin/sh', args: [], body: `${before}${after}`.trimEnd() };
  if (!SHELLS.includes(script.program)) throw foreignInterpreter(name, script.program);
  // In a subshell, so that an "exit 0" of theirs does not end ours; its failure is the script's.
  return { ...script, body: `${before}(\n:\n${script.body}\n) || exit $?\n${after}`.trimEnd() };
}

export function scriptFields(name: ScriptName, { program, args, body }: Script): readonly Field[] {
  const tags = SCRIPTS[name];
  return [text(tags.body, body), args.length === 0 ? text(tags.program, program) : texts(tags.program, [program, ...args])];
}

/** What must be there to run it; `sense` says when. */
export function interpreterNeeds({ program, args }: Script, sense: number): readonly Dependency[] {
  const features: readonly RpmFeature[] = args.length === 0 ? [] : ['ScriptletInterpreterArgs'];
  if (program === LUA) return [...features, 'BuiltinLuaScripts' as const].map(rpmlib);
  return [{ name: program, version: '', flags: SENSE.interpreter | sense }, ...features.map(rpmlib)];
}
