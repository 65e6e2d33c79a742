import { error, type Problem } from './findings.ts';

/** deb-control(5): one stanza of fields. */
export interface Stanza {
  /** By their names in small letters; lines of a folded field are joined by line feeds, their first space gone. */
  readonly fields: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
}

const FIELD = /^([!"$-,.-9;-~][!-9;-~]*):[ \t]*(.*)$/;

export function parseStanza(text: string): Stanza {
  const fields = new Map<string, string>();
  const problems: Problem[] = text.endsWith('\n') ? [] : [problem('does not end with a line feed')];
  let current: string | undefined;
  for (const line of text.replace(/\n+$/, '').split('\n')) {
    const [, name, value = ''] = FIELD.exec(line) ?? [];
    if (/^[ \t]/.test(line)) problems.push(...folded(fields, current, line));
    else if (name === undefined)
      problems.push(problem(line === '' ? 'holds more than one stanza' : `holds the line ${JSON.stringify(line)}, which is no field`));
    else problems.push(...add(fields, name, value));
    current = name?.toLowerCase() ?? current;
  }
  return { fields, problems };
}

function add(fields: Map<string, string>, name: string, value: string): readonly Problem[] {
  const key = name.toLowerCase();
  const twice = fields.has(key) ? [problem(`holds the field ${name} twice`)] : [];
  fields.set(key, value.trimEnd());
  return twice;
}

function folded(fields: Map<string, string>, current: string | undefined, line: string): readonly Problem[] {
  if (current === undefined) return [problem('begins with a folded line')];
  fields.set(current, `${fields.get(current)}\n${line.slice(1).trimEnd()}`);
  return line.trim() === '' ? [problem('holds a line of blanks only')] : [];
}

function problem(found: string): Problem {
  return error('control', `The control file ${found}`);
}
