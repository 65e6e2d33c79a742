import { badName, badPath } from './errors.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
const CONTROL = /[\u0000-\u001f\u007f]/;

/** An output's name: one path segment of printable characters. */
export function checkName(name: string): string {
  if (name === '' || name === '.' || name === '..' || /[/\\:]/.test(name) || CONTROL.test(name)) throw badName(name);
  return name;
}

/** A path inside a directory or archive, relative and without a way out. */
export function checkMemberPath(path: string): string {
  const plain = path.replace(/^(?:\.\/)+/, '');
  const segments = plain.split('/');
  const strange = segments.some((segment) => segment === '' || segment === '.' || segment === '..');
  if (strange || /^[A-Za-z]:|\\/.test(plain) || CONTROL.test(plain)) throw badPath(path);
  return plain;
}
