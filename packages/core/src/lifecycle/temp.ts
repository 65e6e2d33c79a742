import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { removeTree } from './remove-tree.ts';

/** Private folders of one run, in the state folder so that they are on the project's disk; removed when the run ends. */
export interface TempFolders {
  readonly make: () => string;
  readonly removeAll: () => void;
}

export function tempFolders(parent: string): TempFolders {
  let root: string | undefined;
  let count = 0;
  return {
    make: () => {
      mkdirSync(parent, { recursive: true });
      root ??= mkdtempSync(join(parent, 'tmp-'));
      const folder = join(root, String(count++));
      mkdirSync(folder, { mode: 0o700 });
      return folder;
    },
    removeAll: () => {
      if (root !== undefined) removeTree(root);
      root = undefined;
    },
  };
}
