/** Sections of a changelog in the format of keepachangelog.com, with `\n` as line ends. */

/** What stands below the heading of a version, with the link definitions it uses; undefined where no heading names it. */
export function sectionOf(text: string, version: string): string | undefined {
  const lines = text.split('\n');
  const fenced = fencedLines(lines);
  const start = lines.findIndex((line, index) => !fenced.has(index) && headingVersion(line) === version.toLowerCase());
  if (start === -1) return undefined;
  const level = /^#+/.exec(lines[start] ?? '')?.[0].length ?? 2;
  const rest = lines.findIndex((line, index) => index > start && !fenced.has(index) && isHeading(line, level));
  const end = rest === -1 ? lines.length : rest;
  const body = lines.slice(start + 1, end).filter((line, index) => fenced.has(start + 1 + index) || !DEFINITION.test(line));
  const used = lines.filter((line, index) => !fenced.has(index) && isUsed(line, body));
  return [body.join('\n').trim(), used.join('\n')].filter(Boolean).join('\n\n');
}

const DEFINITION = /^ {0,3}\[([^\]]+)\]:\s*\S/;

function isUsed(line: string, body: readonly string[]): boolean {
  const label = DEFINITION.exec(line)?.[1]?.toLowerCase();
  return label !== undefined && body.some((text) => text.toLowerCase().includes(`[${label}]`));
}

/** `## [1.2.0] - 2026-01-31`, `## v1.2.0 (…)`, `# 1.2.0`, `## [Unreleased]`, with or without a link. */
function headingVersion(line: string): string | undefined {
  return /^#{1,3}\s+(?:\S+\s+)?\[?v?(unreleased|\d+\.\d+\.\d+[\w.+-]*)\]?(?=\s|\(|:|$)/i.exec(line)?.[1]?.toLowerCase();
}

function isHeading(line: string, level: number): boolean {
  const marks = /^(#+)\s/.exec(line)?.[1];
  return marks !== undefined && marks.length <= level;
}

/** Numbers of lines inside fenced code, fences included. */
function fencedLines(lines: readonly string[]): ReadonlySet<number> {
  const inside = new Set<number>();
  let fence: string | undefined;
  for (const [index, line] of lines.entries()) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence !== undefined || mark !== undefined) inside.add(index);
    if (fence === undefined) fence = mark;
    else if (mark?.startsWith(fence) && line.trim() === mark) fence = undefined;
  }
  return inside;
}
