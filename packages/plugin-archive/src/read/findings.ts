import type { Finding } from '@provisioning-dist/core';

type Level = Finding['level'];

function finding(level: Level, code: string, subject: string, message: string): Finding {
  return { level, code: `archive-${code}`, subject, message };
}

export function gzipHeader(name: string, header: string): Finding {
  return finding('warning', 'gzip-header', name, `The gzip header ${header} holds a time, a name or the machine's system`);
}

export function noTop(name: string, expected: string, level: Level): Finding {
  return finding(level, 'top-folder', name, `Unpacking spills several entries beside each other; expected the one folder "${expected}"`);
}

export function otherTop(name: string, found: string, expected: string, level: Level): Finding {
  return finding(level, 'top-folder', name, `The top folder is "${found}", not "${expected}"`);
}

export function topNotFirst(name: string, top: string): Finding {
  return finding('error', 'top-folder', name, `The first entry is not the folder "${top}"`);
}

export function unsafePath(path: string, problem: string): Finding {
  return finding('error', 'path', path, `The path is not allowed: ${problem}`);
}

export function forbiddenName(path: string): Finding {
  return finding('error', 'forbidden-name', path, 'The file is left behind by an operating system');
}

export function nonAscii(path: string): Finding {
  return finding('note', 'non-ascii-name', path, 'Old programs show the name in another character set');
}

export function twice(path: string): Finding {
  return finding('error', 'duplicate', path, 'The path is there twice');
}

export function sameFolded(path: string, other: string): Finding {
  return finding('error', 'case-collision', path, `The path differs from "${other}" only in case`);
}

export function unsorted(path: string, before: string): Finding {
  return finding('error', 'order', path, `The entry follows "${before}"; entries are sorted by the bytes of their paths`);
}

export function otherTime(path: string, mtime: number, expected: number, whose: string): Finding {
  return finding('error', 'time', path, `The time is ${mtime}, ${whose} ${expected}`);
}

export function leakedOwner(path: string, owner: string): Finding {
  return finding('error', 'owner', path, `The owner is ${owner}, not root:root (0:0)`);
}

export function openMode(path: string, mode: number): Finding {
  return finding('error', 'mode', path, `Everybody may write: mode ${octal(mode)}`);
}

export function notExecutable(path: string, mode: number): Finding {
  return finding('warning', 'executable', path, `The program cannot be run: mode ${octal(mode)}`);
}

export function strangeType(path: string, type: string): Finding {
  return finding('error', 'type', path, `A ${type === 'link' ? 'hard link' : 'device or pipe'} has no place in a distribution`);
}

export function linkOutside(path: string, target: string): Finding {
  return finding('error', 'link', path, `The link's target "${target}" is outside the archive`);
}

export function linkBroken(path: string, target: string): Finding {
  return finding('warning', 'link', path, `The link's target "${target}" is not in the archive`);
}

export function lineEnds(path: string, found: string, expected: string): Finding {
  return finding('warning', 'line-ends', path, `The text's lines end with ${found}, not ${expected}`);
}

export function noInstructions(name: string): Finding {
  return finding('warning', 'build-instructions', name, 'No file at the top says how to build it');
}

export function missing(path: string): Finding {
  return finding('error', 'missing', path, 'The distribution has it, the archive not');
}

export function extra(path: string): Finding {
  return finding('error', 'extra', path, 'The archive has it, the distribution not');
}

export function different(path: string, what: string, found: string, expected: string): Finding {
  return finding('error', 'different', path, `The ${what} is ${found}, in the distribution ${expected}`);
}

export function octal(mode: number): string {
  return `0${mode.toString(8).padStart(3, '0')}`;
}
