import type { ContentRule, Position } from '../config/config.ts';
import { positionOf } from '../config/position.ts';
import { DistError, EXIT, type Where } from '../errors.ts';
import type { Platform } from '../model/platform.ts';
import { suggestion } from '../model/suggest.ts';

/** The problems of staging; each names the rule that led to it. */

interface Details {
  readonly hint?: string;
  readonly cause?: unknown;
}

function whereOf({ file, line, column, key }: Position): Where {
  return { file, subject: key, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) };
}

/** The rule as people wrote it: wrong configuration ends with the exit code of usage. */
function wrong(code: string, at: Position, message: string, { hint, cause }: Details = {}): DistError {
  return new DistError(code, message, {
    exit: EXIT.usage,
    where: whereOf(at),
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The machine's side: files that cannot be read, or change under us. */
function failed(code: string, at: Position, message: string, { hint, cause }: Details = {}): DistError {
  return new DistError(code, message, { where: whereOf(at), ...(hint === undefined ? {} : { hint }), ...(cause === undefined ? {} : { cause }) });
}

export function badDestination(rule: ContentRule, text: string, problem: string): DistError {
  return wrong('stage-destination', positionOf(rule, 'to'), `Cannot stage to "${text}": ${problem}`, {
    hint: 'write a path relative to the root of the distribution, such as bin/ or share/doc/',
  });
}

export function badSource(rule: ContentRule, text: string, problem: string): DistError {
  return wrong('stage-source', positionOf(rule, 'from'), `Cannot stage "${text}": ${problem}`);
}

export function sourceMissing(rule: ContentRule): DistError {
  return wrong('stage-source', rule.at, `Cannot stage "${rule.to}": the rule has no "from"`, {
    hint: 'write what to stage, or "type: directory" for an empty directory',
  });
}

export function nothingMatches(rule: ContentRule, pattern: string, root: string): DistError {
  return wrong('stage-nothing-matches', positionOf(rule, 'from'), `Cannot stage "${pattern}": nothing in "${root}" matches`, {
    hint: 'correct the path, or write "optional: true"',
  });
}

export function outputMissing(rule: ContentRule, pattern: string, names: readonly string[]): DistError {
  const near = suggestion(pattern, names);
  const there = names.length === 0 ? 'the builders made nothing for this platform' : `the builders made ${names.join(', ')}`;
  return wrong('stage-output-missing', positionOf(rule, 'from'), `Cannot stage "{build}/${pattern}": ${there}`, {
    hint: near === undefined ? 'correct the name, add a builder, or write "optional: true"' : `did you mean "{build}/${near}"?`,
  });
}

export function samePath(path: string, rule: ContentRule, other: ContentRule): DistError {
  const owner = other === rule ? 'the same rule puts another thing there' : `${nameOf(other)} puts another thing there`;
  return wrong('stage-duplicate-path', rule.at, `Cannot stage "${path}" by ${nameOf(rule)}: ${owner}`, {
    hint: 'give one of the two another "to", or leave one out with "exclude"',
  });
}

export function pathInFile(path: string, rule: ContentRule, parent: Blocker): DistError {
  return wrong(
    'stage-duplicate-path',
    rule.at,
    `Cannot stage "${path}" by ${nameOf(rule)}: ${nameOf(parent.rule)} makes "${parent.path}" a ${parent.type}, not a directory`,
    {
      hint: 'give one of the two another "to"',
    },
  );
}

export interface Blocker {
  readonly path: string;
  readonly type: string;
  readonly rule: ContentRule;
}

export function foldedTwin(
  path: string,
  other: string,
  { rule, platform }: { readonly rule: ContentRule; readonly platform: Platform | undefined },
): DistError {
  const difference = path.toLowerCase() === other.toLowerCase() ? 'only in case' : 'only in case or in how letters are composed';
  return wrong('stage-case-collision', rule.at, `Cannot stage "${path}" for ${platformName(platform)}: it differs from "${other}" ${difference}`, {
    hint: 'file systems there keep one of the two: rename one',
  });
}

export function illegalName(
  path: string,
  problem: string,
  { rule, platform }: { readonly rule: ContentRule; readonly platform: Platform | undefined },
): DistError {
  return wrong('stage-illegal-name', rule.at, `Cannot stage ${JSON.stringify(path)} for ${platformName(platform)}: ${problem}`, {
    hint: 'give it another "to", or leave it out with "exclude"',
  });
}

export function notUtf8(rule: ContentRule, file: string): DistError {
  return wrong('stage-illegal-name', rule.at, `Cannot stage "${file}": the name is not valid UTF-8`, { hint: 'rename it' });
}

export function unreadable(rule: ContentRule, file: string, cause: unknown): DistError {
  return failed('stage-unreadable', rule.at, `Cannot stage "${file}": it cannot be read (${codeOf(cause)})`, { cause });
}

export function vanished(rule: ContentRule, file: string): DistError {
  return failed('stage-vanished', rule.at, `Cannot stage "${file}": it vanished while it was staged`, {
    hint: 'let nothing change the sources during a release',
  });
}

export function changed(rule: ContentRule, file: string): DistError {
  return failed('stage-changed', rule.at, `Cannot stage "${file}": it changed while it was staged`, {
    hint: 'let nothing change the sources during a release',
  });
}

export function specialFile(rule: ContentRule, file: string): DistError {
  return wrong('stage-special-file', rule.at, `Cannot stage "${file}": it is a socket, a pipe or a device`);
}

export function outsideProject(rule: ContentRule, file: string, target: string): DistError {
  return wrong('stage-outside-project', rule.at, `Cannot stage "${file}": it leads to "${target}", outside the project`, {
    hint: 'copy the file into the project, or name it by its own path',
  });
}

export function linkEscapes(path: string, target: string, rule: ContentRule): DistError {
  return wrong('stage-symlink-escapes', rule.at, `Cannot stage the symlink "${path}": its target "${target}" is outside the distribution`, {
    hint: 'leave it out with "exclude", or make it a rule of "type: symlink"',
  });
}

export function linkLoops(path: string, target: string, rule: ContentRule): DistError {
  return wrong('stage-symlink-loop', rule.at, `Cannot stage the symlink "${path}": its target "${target}" leads back to itself`);
}

export function linkDangles(path: string, target: string, rule: ContentRule): DistError {
  return wrong('stage-symlink-dangling', rule.at, `Cannot stage the symlink "${path}": its target "${target}" is not in the distribution`, {
    hint: 'stage the target as well, or leave the link out with "exclude"',
  });
}

export function linkOnWindows(path: string, target: string, rule: ContentRule): DistError {
  return wrong(
    'stage-symlink-windows',
    rule.at,
    `Cannot stage the symlink "${path}" for Windows: its target "${target}" is not a file that can be copied in its place`,
    {
      hint: 'stage the files themselves there, with "platforms"',
    },
  );
}

export function emptyDistribution(at: Position, platform: Platform | undefined, variant: string | undefined): DistError {
  const of = variant === undefined ? platformName(platform) : `${platformName(platform)}, variant ${variant}`;
  return wrong('stage-empty', at, `Cannot stage ${of}: no rule of "contents" puts anything there`, {
    hint: 'look at "platforms", "variants" and "exclude" of the rules',
  });
}

function nameOf(rule: ContentRule): string {
  const line = rule.at.line === undefined ? '' : `:${rule.at.line}`;
  return `${rule.at.key} (${rule.at.file}${line})`;
}

function platformName(platform: Platform | undefined): string {
  return platform?.name ?? 'any platform';
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : String(cause);
}
