import { spawnSync } from 'node:child_process';
import { globSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Plugin } from '@oclif/core/config';
import { settings } from '@oclif/core/settings';
import { type Plugin as BundlerPlugin, build } from 'esbuild';
import { thirdParty } from './notices.ts';

/**
 * Bundles every package into its dist/: `node scripts/build.ts [--types] [package…]`. Libraries become one file; core becomes
 * the public entry, the conformance kit, the command line and one file per command, which share chunks. `--types` adds the declarations.
 */

const ROOT = join(import.meta.dirname, '..');
const CORE = join(ROOT, 'packages/core');

// CommonJS behind import(): split off, esbuild leaves it its default export alone
const UNBUNDLED = ['undici'];

// LGPL: people must be able to put in another one
const REPLACEABLE = ['openpgp'];

// native, or looked up at run time by oclif or ssh2 when they happen to be there
const EXTERNAL = [
  '@provisioning-dist/*',
  '@napi-rs/*',
  '*.node',
  'cpu-features',
  'pnpapi',
  'ts-node',
  'tsx',
  'typescript',
  ...UNBUNDLED,
  ...REPLACEABLE,
];

// CommonJS libraries inside an ES module still ask for these
const COMMONJS = [
  `const require=process.getBuiltinModule('node:module').createRequire(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname;`,
  'const __lazy=load=>{let loaded;const get=()=>loaded??=load();return new Proxy(function(){},{get:(_,key)=>get()[key],apply:(_,self,args)=>get().apply(self,args)})};',
].join('');

// libraries @oclif/core loads at once and most commands never call: 10 ms of every start
const SELDOM = [
  'ansis',
  'clean-stack',
  'cli-spinners',
  'debug',
  'ejs',
  'indent-string',
  'lilconfig',
  'minimatch',
  'semver',
  'string-width',
  'tinyglobby',
  'widest-line',
  'wordwrap',
  'wrap-ansi',
];

// what our packages call of node:crypto; another name fails the build
const CRYPTO = ['createHash', 'createHmac', 'hash', 'randomBytes', 'randomUUID'];

/** Loads those libraries at their first use instead. */
const lazyInOclif: BundlerPlugin = {
  name: 'lazy-in-oclif',
  setup: (bundler) => {
    const call = new RegExp(`(?:__importDefault\\()?require\\(["'](?:${SELDOM.join('|')})["']\\)+`, 'g');
    bundler.onLoad({ filter: /@oclif[\\/]core[\\/]lib[\\/].*\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(call, '__lazy(() => $&)'),
    }));
  },
};

/** Zod has its messages in fifty languages, as much source as all the rest of it; ours are in English. */
const englishOnly: BundlerPlugin = {
  name: 'english-only',
  setup: (bundler) => {
    bundler.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({ contents: `export { default as en } from './en.js';` }));
  },
};

/** Loads node:crypto, a quarter of a bare start, at the first digest. Functions only, which is all we take from it; who loads plugin-sign needs it at once. */
const lazyCrypto: BundlerPlugin = {
  name: 'lazy-crypto',
  setup: (bundler) => {
    bundler.onResolve({ filter: /^node:crypto$/ }, ({ importer }) =>
      /[\\/]packages[\\/](?!plugin-sign[\\/]|.*[\\/]node_modules[\\/])\w/.test(importer) ? { path: 'crypto', namespace: 'lazy' } : undefined,
    );
    const wrapped = CRYPTO.map((name) => `export const ${name}=(...args)=>process.getBuiltinModule('node:crypto').${name}(...args);`);
    bundler.onLoad({ filter: /^crypto$/, namespace: 'lazy' }, () => ({ contents: wrapped.join('') }));
  },
};

const { values: options, positionals } = parseArgs({ options: { types: { type: 'boolean', default: false } }, allowPositionals: true });
const folders = (positionals.length > 0 ? positionals : readdirSync(join(ROOT, 'packages')).sort()).map((name) => join(ROOT, 'packages', name));

await Promise.all(folders.map(bundle)).catch(fail);
if (folders.includes(CORE)) await writeManifest();
if (options.types) process.exitCode = spawnSync('tsc', ['-b', ...folders], { stdio: 'inherit' }).status ?? 1;

/** Of its own errors esbuild has printed all. */
function fail(error: Error): never {
  if (!('errors' in error)) console.error(error.message);
  process.exit(1);
}

async function bundle(folder: string): Promise<void> {
  for (const file of globSync('dist/**/*.{js,txt}', { cwd: folder })) rmSync(join(folder, file));
  const { metafile } = await build({
    absWorkingDir: folder,
    entryPoints: folder === CORE ? ['src/index.ts', 'src/testing/index.ts', 'src/cli.ts', ...commandFiles()] : [...sourcesOf(folder)],
    outdir: 'dist',
    outbase: 'src',
    bundle: true,
    splitting: true,
    chunkNames: 'chunk-[hash]',
    platform: 'node',
    target: 'node22.18',
    format: 'esm',
    conditions: ['source'],
    external: EXTERNAL,
    banner: { js: COMMONJS },
    plugins: [lazyInOclif, englishOnly, lazyCrypto],
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'linked',
    logLevel: 'warning',
    metafile: true,
  });
  const notices = thirdParty(metafile, folder);
  if (notices !== undefined) writeFileSync(join(folder, 'dist/THIRD-PARTY.txt'), notices);
}

/** What others may import of a library. */
function sourcesOf(folder: string): readonly string[] {
  const { exports }: { readonly exports: Readonly<Record<string, { readonly source: string }>> } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  return Object.values(exports).map(({ source }) => source);
}

/** Files of src/commands with a default export; the others are what commands share. */
function commandFiles(): readonly string[] {
  return globSync('src/commands/*.ts', { cwd: CORE })
    .filter((file) => /^export default /m.test(readFileSync(join(CORE, file), 'utf8')))
    .sort();
}

/** What the command line knows of its commands without importing them. */
async function writeManifest(): Promise<void> {
  settings.enableAutoTranspile = false;
  const plugin = new Plugin({ root: CORE, ignoreManifest: true, errorOnManifestCreate: true });
  await plugin.load();
  const commands = Object.fromEntries(Object.entries(plugin.manifest.commands).sort());
  writeFileSync(join(CORE, 'oclif.manifest.json'), `${JSON.stringify({ ...plugin.manifest, commands }, undefined, 1)}\n`);
}
