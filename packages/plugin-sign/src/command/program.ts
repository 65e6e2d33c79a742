import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/**
 * Whether a program is there, without running it. What is neither a bare name nor an absolute path is relative to a folder known to the host alone:
 * it is taken to be there.
 */
export function isThere(program: string, env: NodeJS.ProcessEnv): boolean {
  if (isAbsolute(program)) return candidates(program, env).some(isProgram);
  if (/[\\/]/.test(program)) return true;
  const folders = (env.PATH ?? env.Path ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.some((folder) => candidates(join(folder, program), env).some(isProgram));
}

/** Windows finds `sign.cmd` by the name `sign`. */
function candidates(file: string, env: NodeJS.ProcessEnv): readonly string[] {
  if (process.platform !== 'win32') return [file];
  return [file, ...(env.PATHEXT ?? '.COM;.EXE;.BAT;.CMD').split(';').map((ext) => `${file}${ext}`)];
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
