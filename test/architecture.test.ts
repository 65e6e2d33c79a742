import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { packageFor } from '../packages/core/src/known-plugins.ts';
import { cyclesOf, type Import, importsOf, ROOT, sourceFiles, sourceText } from './imports.ts';

/**
 * Who may import whom. Targets are files under `packages/` (`core/src/host.ts`) or specifiers (`node:fs`, `execa`); `allow` names all that
 * is right, `forbid` all that is wrong. `files` are the files the rule is about.
 */
interface Rule {
  readonly rule: string;
  readonly files: RegExp;
  readonly allow?: RegExp;
  readonly forbid?: RegExp;
}

const PURE =
  '(?:plugin-archive/src/(?!index|read/)|plugin-deb-rpm/src/(?:common|deb|rpm|srpm)/|plugin-npm/src/format|plugin-apk-arch/src/(?:apk|archlinux)/)';

const RULES: readonly Rule[] = [
  {
    rule: 'commands call the lifecycle and report',
    files: /^core\/src\/commands\//,
    allow: /^(@oclif\/core|core\/src\/(commands|lifecycle|versions|model|report|host|errors|signals))/,
  },
  { rule: 'only commands and the command line know oclif', files: /^(?!core\/src\/(commands\/|cli\.ts))/, forbid: /^@oclif\// },
  { rule: 'nothing calls commands but the command line', files: /^(?!core\/src\/(commands\/|cli\.ts))/, forbid: /^core\/src\/(commands|cli)/ },
  { rule: 'only config/load.ts knows cosmiconfig', files: /^(?!core\/src\/config\/load\.ts)/, forbid: /^cosmiconfig/ },
  { rule: 'only the hooks know tapable', files: /^(?!core\/src\/hook)/, forbid: /^tapable/ },
  {
    rule: 'the host composes config, plugins and hooks',
    files: /^core\/src\/host\.ts/,
    allow: /^core\/src\/(config|model|plugin|known-plugins|hook|jobs|key|channel|facts|services|validator|errors)/,
  },
  { rule: 'config knows no lifecycle, host or report', files: /^core\/src\/config\//, forbid: /^core\/src\/(lifecycle|host|report)/ },
  { rule: 'the report knows no lifecycle, host or config', files: /^core\/src\/report\//, forbid: /^core\/src\/(lifecycle|host|config)/ },
  { rule: 'the model imports the model', files: /^core\/src\/model\//, allow: /^(core\/src\/(model\/|errors\.ts)|payload\/|picomatch|semver)/ },
  {
    rule: 'the contracts import the model and types',
    files: /^core\/src\/(contract|hooks|jobs|plugin|effect|key|kit|log|program|channel|facts|services|validator|http)\.ts/,
    allow: /^(core\/src\/(model\/|hooks|jobs|plugin|effect|key|kit|log|program|channel|facts|services|validator|http|errors)|payload\/|zod$)/,
  },
  { rule: 'core names no plugin', files: /^core\/src\//, forbid: /^@provisioning-dist\/plugin-/ },
  { rule: "core's public entry is for others", files: /^core\/src\//, forbid: /^core\/src\/index\.ts/ },
  { rule: 'payload stands alone', files: /^payload\/src\//, allow: /^(payload\/src\/|node:|@napi-rs\/)/ },
  { rule: 'only the store of payload touches files', files: /^payload\/src\/(?!store)/, forbid: /^node:(fs|os|net|https?|child_process)/ },
  { rule: 'storage stands alone', files: /^storage\/src\//, allow: /^(storage\/src\/|node:|aws4fetch$|ssh2$)/ },
  { rule: 'plugins import no other plugin', files: /^plugin-/, forbid: /^@provisioning-dist\/plugin-/ },
  { rule: "plugins use core's public entry", files: /^plugin-/, forbid: /^(core\/src\/(?!index\.ts)|@provisioning-dist\/[^/]+\/)/ },
  { rule: 'formats are pure', files: new RegExp(`^${PURE}`), forbid: /^(node:(fs|os|net|https?|dns|child_process|process|timers)|execa)/ },
  { rule: 'libraries do not start programs', files: /^(payload|storage)\//, forbid: /^(execa|node:child_process)/ },
];

const files = sourceFiles();
const imports = files.flatMap(importsOf);

describe('imports', () => {
  for (const { rule, files: subject, allow, forbid } of RULES) {
    it(rule, () => {
      const wrong = imports.filter((each) => subject.test(each.from) && isWrong(each, allow, forbid));
      assert.deepEqual(wrong.map(arrow), []);
    });
  }

  it('never leave their package by a relative path', () => {
    const wrong = imports.filter(({ from, to, specifier }) => specifier.startsWith('.') && packageOf(to ?? '') !== packageOf(from));
    assert.deepEqual(wrong.map(arrow), []);
  });

  it('make no cycle', () => {
    assert.deepEqual(cyclesOf(imports), []);
  });

  it('keep clock, randomness and environment out of formats', () => {
    const wrong = files.filter(
      (file) =>
        new RegExp(`^${PURE}`).test(file) && /\b(Date\.now|new Date\(\)|Math\.random|process\.env|randomBytes|randomUUID)/.test(sourceText(file)),
    );
    assert.deepEqual(wrong, []);
  });
});

describe('package.json', () => {
  for (const name of readdirSync(join(ROOT, 'packages')).sort()) {
    it(`of ${name} declares what is imported`, () => {
      const declared = dependenciesOf(name);
      assert.deepEqual(
        librariesOf(name).filter((library) => !declared.includes(library)),
        [],
      );
    });

    it(`of ${name} declares nothing unused`, () => {
      const text = files
        .filter((file) => packageOf(file) === name)
        .map(sourceText)
        .join('\n');
      const plugins = (manifestOf(name).oclif?.plugins ?? []).join(' ');
      const unused = dependenciesOf(name).filter((library) => !text.includes(`'${subjectOf(library)}`) && !plugins.includes(library));
      assert.deepEqual(unused, []);
    });
  }
});

describe('plugins that come apart', () => {
  for (const name of readdirSync(join(ROOT, 'packages')).filter((each) => each.startsWith('plugin-'))) {
    const { name: library, provisioningDist } = JSON.parse(readFileSync(join(ROOT, 'packages', name, 'package.json'), 'utf8'));
    if (dependenciesOf('core').includes(library)) continue;
    for (const section of ['formats', 'builders', 'keys', 'registries', 'channels'])
      for (const key of provisioningDist[section] ?? [])
        it(`are named by the error about ${section} ${key}`, () => {
          assert.equal(packageFor(section, key), library);
        });
  }
});

describe('tracked files', () => {
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' }).split('\0').filter(Boolean);
  const texts = tracked
    .filter((file) => !/\.(gz|xz|zst|zip|bin|png)$/.test(file))
    .map((file) => ({ file, text: readFileSync(join(ROOT, file), 'utf8') }));

  it('name no folder of this machine', () => {
    const folders = [`${ROOT}/`, `${homedir()}/`].filter((folder) => dirname(folder) !== '/');
    assert.deepEqual(holding(texts, folders), []);
  });

  it('name no registry', () => {
    const hosts = [...new Set(REGISTRY_VARIABLES.flatMap((name) => URL.parse(process.env[name] ?? '')?.host ?? []))];
    assert.deepEqual(holding(texts, hosts), []);
  });

  it('resolve packages without a host', () => {
    const lock: { readonly packages: Record<string, { readonly resolved?: string; readonly link?: boolean }> } = JSON.parse(
      readFileSync(join(ROOT, 'package-lock.json'), 'utf8'),
    );
    const hosted = Object.values(lock.packages).filter(({ resolved, link }) => resolved && !link);
    assert.deepEqual(hosted, []);
  });
});

const REGISTRY_VARIABLES = [
  'npm_config_registry',
  'NPM_CONFIG_REGISTRY',
  'PIP_INDEX_URL',
  'CARGO_REGISTRIES_CRATES_IO_INDEX',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'http_proxy',
  'https_proxy',
];

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly oclif?: { readonly plugins?: readonly string[] };
}

function isWrong({ to, specifier }: Import, allow: RegExp | undefined, forbid: RegExp | undefined): boolean {
  const target = to ?? specifier;
  return (allow !== undefined && !allow.test(target)) || (forbid?.test(target) ?? false) || (forbid?.test(specifier) ?? false);
}

function arrow({ from, specifier }: Import): string {
  return `${from} imports ${specifier}`;
}

function packageOf(file: string): string {
  return file.slice(0, file.indexOf('/'));
}

function manifestOf(name: string): Manifest {
  return JSON.parse(readFileSync(join(ROOT, 'packages', name, 'package.json'), 'utf8'));
}

function dependenciesOf(name: string): readonly string[] {
  const { dependencies, peerDependencies, devDependencies } = manifestOf(name);
  return Object.keys({ ...dependencies, ...peerDependencies, ...devDependencies });
}

/** Types of a library are declared for the sake of the library. */
function subjectOf(library: string): string {
  return library.replace(/^@types\//, '');
}

function librariesOf(name: string): readonly string[] {
  const outside = imports.filter(({ from, specifier }) => packageOf(from) === name && !/^(node:|\.)/.test(specifier));
  return [...new Set(outside.map(({ specifier }) => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier))].sort();
}

function holding(texts: readonly { readonly file: string; readonly text: string }[], words: readonly string[]): readonly string[] {
  return texts.flatMap(({ file, text }) => words.filter((word) => text.includes(word)).map((word) => `${file}: ${word}`));
}
