import { linkSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { workFolder } from '../folders.ts';
import { type Payload, PLATFORMS, payload } from '../payloads.ts';
import { artifactName } from '../project.ts';
import type { Contestant } from '../rounds.ts';
import { type Tree, verify } from '../verify.ts';
import { type CaseMaker, ours } from './case.ts';

const VARIANTS = ['complete', 'minimal'] as const;
const FORMATS = ['tar.gz', 'zip'] as const;

/** 6 platforms x 2 variants, tar.gz and zip of each: 24 archives. The native tools find their trees staged. */
export const matrix: readonly CaseMaker[] = [
  {
    name: 'matrix P5',
    make: () => {
      const load = payload('P5');
      const cells = cellsOf(load);
      const artifacts = cells.flatMap(({ platform, variant }) => FORMATS.map((format) => artifactName(format, platform, variant)));
      const trees = cells.flatMap(({ tree }) => FORMATS.map(() => tree));
      return { contestants: [ours(load, { config: CONFIG, artifacts, trees }).contestant, native(load, cells)] };
    },
  },
];

const CONFIG = {
  platforms: PLATFORMS,
  variants: { complete: {}, minimal: { exclude: ['share/**'] } },
  build: [{ prebuilt: { from: 'payload/{platform}/' } }],
  contents: [
    { from: '{build}/*', to: 'bin/' },
    { from: 'payload/share/**', to: 'share/' },
  ],
  packages: { 'tar.gz': {}, zip: {} },
};

interface Cell {
  readonly platform: string;
  readonly variant: (typeof VARIANTS)[number];
  readonly tree: Tree;
}

function cellsOf(load: Payload): readonly Cell[] {
  return PLATFORMS.flatMap((platform) => VARIANTS.map((variant) => ({ platform, variant, tree: treeOf(load, platform, variant) })));
}

function treeOf({ files }: Payload, platform: string, variant: Cell['variant']): Tree {
  const own = files.filter(({ path }) => path.startsWith(`${platform}/`)).map((file) => ({ ...file, path: file.path.replace(platform, 'bin') }));
  const shared = variant === 'complete' ? files.filter(({ path }) => path.startsWith('share/')) : [];
  return { name: `P5 ${platform} ${variant}`, files: [...own, ...shared] };
}

const SCRIPT = `set -e
cd "$1"
for tree in *; do
  tar -cf - "$tree" | gzip -6 > "$2/$tree.tar.gz"
  rm -f "$2/$tree.zip"
  zip -q -r -6 "$2/$tree.zip" "$tree"
done`;

function native(load: Payload, cells: readonly Cell[]): Contestant {
  const [staged, output] = [workFolder('peers', 'P5-staged'), workFolder('peers', 'P5')];
  rmSync(staged, { recursive: true });
  for (const cell of cells) stage(load, cell, join(staged, nameOf(cell)));
  return {
    name: 'tar | gzip -6, zip -6',
    prepare: () => {},
    command: { pipeline: [['bash', '-c', SCRIPT, 'matrix', staged, output]], cwd: output },
    verify: () => verify(cells.flatMap((cell) => FORMATS.map((format) => ({ path: join(output, `${nameOf(cell)}.${format}`), tree: cell.tree })))),
  };
}

function nameOf({ platform, variant }: Cell): string {
  return `bench-${platform}-${variant}`;
}

function stage(load: Payload, { platform, tree }: Cell, folder: string): void {
  for (const { path } of tree.files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    linkSync(join(load.folder, path.replace(/^bin\//, `${platform}/`)), join(folder, path));
  }
}
