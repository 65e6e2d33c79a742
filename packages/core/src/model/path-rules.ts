import type { Os } from './platform.ts';

/** Bytes one part of a path may have on every file system we write to. */
const PART_MAX = 255;

/** Explorer and older Windows programs stop at 260 characters, drive and folder included. */
const WINDOWS_PATH_MAX = 240;

/** Device names, with any extension; superscript digits count as digits. */
const WINDOWS_RESERVED = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[1-9¹²³]) *(?:\.|$)/i;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL = /[\u0000-\u001f\u007f]/;

export interface Destination {
  /** Without `.` parts and surplus slashes; empty for the root. */
  readonly path: string;
  /** Whether it names a directory that things go into. */
  readonly folder: boolean;
}

/** Why a text cannot be a destination below a distribution's root; undefined when it can. */
export function destinationProblem(text: string): string | undefined {
  if (text.trim() === '') return 'it is empty';
  if (CONTROL.test(text)) return 'it holds a control character';
  if (text.startsWith('/')) return 'it is absolute';
  if (/^[a-z]:/i.test(text)) return 'it names a drive';
  if (text.includes('\\')) return 'it holds a backslash';
  if (text.split('/').includes('..')) return 'it leaves the root with ".."';
  return undefined;
}

/** A destination without problems in its plain form. */
export function destinationOf(text: string): Destination {
  const path = text
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
  return { path, folder: path === '' || /\/\.?$/.test(text) };
}

/** Why the last part of a path cannot be a name there (`undefined` = everywhere alike); undefined when it can. */
export function nameProblem(path: string, os: Os | undefined): string | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (CONTROL.test(name)) return 'the name holds a control character';
  if (name.includes('\\')) return 'the name holds a backslash';
  if (name.includes('\ufffd') || !name.isWellFormed()) return 'the name is not valid UTF-8';
  if (name.length * 3 > PART_MAX && Buffer.byteLength(name) > PART_MAX) return `the name is longer than ${PART_MAX} bytes`;
  return os === 'windows' ? windowsProblem(path, name) : undefined;
}

function windowsProblem(path: string, name: string): string | undefined {
  const sign = /[<>:"|?*]/.exec(name)?.[0];
  if (sign !== undefined) return `Windows does not allow ${sign} in names`;
  if (/[. ]$/.test(name)) return 'Windows drops a dot or space at the end of a name';
  if (WINDOWS_RESERVED.test(name)) return 'Windows reserves the name for a device';
  return path.length > WINDOWS_PATH_MAX ? `the path is longer than ${WINDOWS_PATH_MAX} characters` : undefined;
}

/** Whether file systems of the operating system take `A` and `a`, or composed and decomposed letters, for one name. */
export function foldsCase(os: Os | undefined): boolean {
  return os === 'windows' || os === 'macos';
}

/** Equal for paths that such a file system takes for one. */
export function foldPath(path: string): string {
  return path.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}
