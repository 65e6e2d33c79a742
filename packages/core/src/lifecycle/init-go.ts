import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readText } from '../config/read-text.ts';
import { homepageOf, type InitFacts, type InitRule, isPlain, nameOf } from './init-facts.ts';
import { namesIn } from './init-read.ts';

const FORGES = /^(?:github\.com|gitlab\.com|codeberg\.org|bitbucket\.org)\/[^/]+\/[^/]+/;

/** A Go module: its programs are in its own folder or below `cmd`. */
export function goFacts(root: string): InitFacts | undefined {
  const module = moduleOf(root);
  if (module === undefined) return undefined;
  const programs = programsOf(root, module);
  const forge = FORGES.exec(module)?.[0];
  return {
    name: nameOf(programName(module)),
    homepage: homepageOf(forge && `https://${forge}`),
    ...(programs.length === 0 ? {} : { build: { go: { main: programs } }, contents: programs.map((main) => goRule(main, module)) }),
    source: 'go.mod',
  };
}

/** The module's path as go.mod says it. */
export function moduleOf(root: string): string | undefined {
  const file = join(root, 'go.mod');
  return existsSync(file) ? /^module\s+"?([^\s"]+)/m.exec(readText(file, 'go.mod'))?.[1] : undefined;
}

/** Where go's program goes, by another name when one is given: `go build` calls it like the last part of its path. */
export function goRule(main: string, module: string, binary?: string): InitRule {
  const made = programName(main === '.' ? module : main);
  return { from: `{build}/${made}{exe}`, to: binary === undefined || binary === made ? 'bin/' : `bin/${binary}{exe}`, role: 'binary' };
}

/** Go leaves out the part that tells the major version. */
function programName(path: string): string {
  return (
    path
      .replace(/\/v\d+$/, '')
      .split('/')
      .at(-1) ?? ''
  );
}

function programsOf(root: string, module: string): readonly string[] {
  const own = isProgram(root) && isPlain(programName(module)) ? ['.'] : [];
  const below = namesIn(root, 'cmd').filter((name) => isPlain(name) && isProgram(join(root, 'cmd', name)));
  return [...own, ...below.map((name) => `./cmd/${name}`)];
}

function isProgram(folder: string): boolean {
  if (!statSync(folder).isDirectory()) return false;
  const sources = namesIn(folder).filter((name) => name.endsWith('.go') && !name.endsWith('_test.go') && statSync(join(folder, name)).isFile());
  return sources.some((name) => /^package\s+main\b/m.test(readFileSync(join(folder, name), 'utf8')));
}
