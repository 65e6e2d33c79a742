import { stripVTControlCharacters } from 'node:util';
import { DistError, DistErrors, EXIT, type Where } from '../errors.ts';
import { suggestion } from '../model/suggest.ts';
import { cleanBlock, cleanLine, type Paint } from './terminal.ts';

/** An error as data: what `--json` carries and what people read is made from it. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly where?: Where;
  readonly hint?: string;
  /** Messages of what caused it, outermost first. */
  readonly causes: readonly string[];
  readonly data?: Readonly<Record<string, unknown>>;
  readonly stack?: string;
}

const SYSTEM_HINTS: Readonly<Record<string, string>> = {
  ENOSPC: 'free space on that disk and run again; finished artifacts are kept',
  EDQUOT: 'the disk quota is used up; free space and run again',
  EROFS: 'the file system is read-only; choose another folder with --output-dir',
  EACCES: 'check who owns the path and its permissions',
  EPERM: 'check who owns the path and its permissions',
  EMFILE: 'raise the limit of open files (ulimit -n) or lower --jobs',
  ENOMEM: 'lower --jobs or --memory',
};

// an error may be its own cause's cause
const DEEPEST_CAUSE = 8;

/** Every problem an error stands for: the members of a collection, else the error itself. */
export function problemsOf(error: unknown): readonly Problem[] {
  if (error instanceof DistErrors) return error.errors.flatMap(problemsOf);
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.flatMap(problemsOf);
  return [problemOf(error)];
}

/** The exit code an error asks for: its own, 2 for a command line that does not parse, else 1. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof DistError) return error.exit;
  if (error instanceof AggregateError && error.errors.length > 0) return exitCodeOf(error.errors[0]);
  return oclifExit(error) ?? EXIT.failed;
}

/** Problems as text for people; with `debug`, with stack traces. */
export function renderError(error: unknown, options: { readonly debug?: boolean; readonly paint?: Paint } = {}): string {
  return problemsOf(error)
    .map((problem) => renderProblem(problem, options.paint ?? ((_, text) => text), options.debug ?? false))
    .join('\n');
}

export function renderProblem(problem: Problem, paint: Paint, debug: boolean): string {
  const lines = [`${paint(['bold', 'red'], `error[${cleanLine(problem.code)}]:`)} ${cleanBlock(problem.message)}`];
  const place = problem.where && renderWhere(problem.where);
  if (place) lines.push(`  at ${place}`);
  for (const cause of problem.causes) lines.push(`  caused by: ${cleanBlock(cause)}`);
  if (problem.hint) lines.push(`  ${paint('cyan', 'hint:')} ${cleanBlock(problem.hint)}`);
  if (debug && problem.stack) lines.push(`  | ${cleanBlock(problem.stack)}`);
  return lines.join('\n');
}

/** `dist.yaml:12:3 (packages.deb)`. */
function renderWhere({ file, line, column, subject }: Where): string {
  const position = [file, line, line === undefined ? undefined : column].filter((part) => part !== undefined).join(':');
  if (!subject) return cleanLine(position);
  return cleanLine(position ? `${position} (${subject})` : subject);
}

function problemOf(error: unknown): Problem {
  if (!(error instanceof Error)) return { code: 'internal', message: String(error), causes: [] };
  const facts = { causes: causesOf(error), ...(error.stack ? { stack: error.stack } : {}) };
  if (error instanceof DistError) return { ...factsOf(error), ...facts };
  if (oclifExit(error) !== undefined) return { ...usageFacts(error), ...facts };
  return { ...foreignFacts(error), ...facts };
}

function factsOf({ code, message, where, hint, data }: DistError): Omit<Problem, 'causes'> {
  return { code, message: withoutOclifFrame(message), ...(where ? { where } : {}), ...(hint ? { hint } : {}), ...(data ? { data } : {}) };
}

/** oclif's own errors: a command line that does not parse. */
function usageFacts(error: Error): Omit<Problem, 'causes'> {
  const near = nearFlag(error);
  return {
    code: 'usage',
    message: withoutOclifFrame(stripVTControlCharacters(error.message)),
    hint: near ? `did you mean --${near}?` : 'add --help to see what the command takes',
  };
}

/** oclif writes its own words around the message of whatever a flag's parser throws. */
function withoutOclifFrame(message: string): string {
  return message.replace(/^Parsing --\S+ \n\t/, '').replace(/\nSee more help with --help$/, '');
}

/** The flag a misspelt one resembles; oclif's NonExistentFlagsError carries what was typed and what exists. */
function nearFlag(
  error: Error & { readonly flags?: unknown; readonly parse?: { readonly input?: { readonly flags?: object } } },
): string | undefined {
  const known = error.parse?.input?.flags;
  if (!known || !Array.isArray(error.flags)) return undefined;
  return suggestion(String(error.flags[0]).replace(/^-+/, ''), Object.keys(known));
}

function foreignFacts(error: Error): Omit<Problem, 'causes'> {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code && 'syscall' in error) return { code, message: error.message, ...(SYSTEM_HINTS[code] ? { hint: SYSTEM_HINTS[code] } : {}) };
  return {
    code: code ?? 'internal',
    message: `${error.name}: ${error.message}`,
    hint: 'run again with PROVISIONING_DEBUG=true for the stack trace',
  };
}

function causesOf(error: Error): readonly string[] {
  const causes: string[] = [];
  let { cause } = error;
  while (cause !== undefined && causes.length < DEEPEST_CAUSE) {
    causes.push(cause instanceof Error ? cause.message : String(cause));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return causes;
}

function oclifExit(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('oclif' in error)) return undefined;
  const { oclif } = error;
  return typeof oclif === 'object' && oclif !== null && 'exit' in oclif && typeof oclif.exit === 'number' ? oclif.exit : undefined;
}
