import { chmodSync, lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Deletes a tree whose directories may not be writable. Anything but a directory stays. */
export function removeTree(dir: string): void {
  if (!lstatSync(dir, { throwIfNoEntry: false })?.isDirectory()) return;
  makeWritable(dir);
  rmSync(dir, { recursive: true, force: true });
}

/** Deletes a file, a link or a tree; nothing there is fine. */
export function removeAny(path: string): void {
  removeTree(path);
  rmSync(path, { force: true });
}

function makeWritable(dir: string): void {
  chmodSync(dir, 0o700);
  for (const entry of readdirSync(dir, { withFileTypes: true })) if (entry.isDirectory()) makeWritable(join(dir, entry.name));
}
