import { PLATFORMS } from '../model/platform-table.ts';
import {
  type Data,
  dataOf,
  homepageOf,
  type InitBuilder,
  type InitFacts,
  isPlain,
  isPlainPath,
  lineOf,
  listOf,
  nameOf,
  textOf,
  textsOf,
} from './init-facts.ts';
import { goRule, moduleOf } from './init-go.ts';
import { readData } from './init-read.ts';

const FILES = ['.goreleaser.yaml', '.goreleaser.yml', 'goreleaser.yaml', 'goreleaser.yml'] as const;
const ARCHIVES: Readonly<Record<string, string>> = {
  tgz: 'tar.gz',
  txz: 'tar.xz',
  tzst: 'tar.zst',
  'tar.gz': 'tar.gz',
  'tar.xz': 'tar.xz',
  'tar.zst': 'tar.zst',
  zip: 'zip',
};
const PACKAGES: readonly string[] = ['deb', 'rpm', 'apk', 'archlinux'];

/** What a configuration of GoReleaser says that is said here too. Its templates are understood where they are ours as well. */
export async function goreleaserFacts(root: string): Promise<InitFacts | undefined> {
  for (const source of FILES) {
    const data = await readData(root, source);
    if (data) return { ...factsOf(root, data), source };
  }
  return undefined;
}

function factsOf(root: string, data: Data): Omit<InitFacts, 'source'> {
  const nfpms = listOf(data.nfpms).map(dataOf);
  const fields = nfpms[0] ?? {};
  const builds = listOf(data.builds).map(dataOf);
  return {
    name: nameOf(literal(data.project_name)),
    description: lineOf(literal(fields.description)),
    homepage: homepageOf(literal(fields.homepage)),
    license: lineOf(literal(fields.license)),
    maintainer: lineOf(literal(fields.maintainer)),
    vendor: lineOf(literal(fields.vendor)),
    platforms: platformsOf(builds),
    formats: [...archivesOf(data), ...new Set(nfpms.flatMap(({ formats }) => textsOf(formats)).filter((format) => PACKAGES.includes(format)))],
    ...goBuild(root, builds),
  };
}

/** Nothing that holds a template. */
function literal(value: unknown): string | undefined {
  const text = textOf(value);
  return text?.includes('{{') ? undefined : text;
}

function goBuild(root: string, builds: readonly Data[]): Pick<InitFacts, 'build' | 'contents'> {
  const module = moduleOf(root);
  if (module === undefined) return {};
  const programs = builds
    .filter(({ builder, skip, main }) => (builder ?? 'go') === 'go' && skip !== true && isMain(main ?? '.'))
    .map((build) => ({ main: mainOf(textOf(build.main) ?? '.'), binary: literal(build.binary) }));
  if (programs.length === 0) return {};
  const contents = programs.map(({ main, binary }) => goRule(main, module, binary !== undefined && isPlain(binary) ? binary : undefined));
  const build: InitBuilder = { go: { main: [...new Set(programs.map(({ main }) => main))], ...ldflagsOf(builds) } };
  return contents.every(({ from }) => isPlain(from.slice('{build}/'.length, -'{exe}'.length))) ? { build, contents } : {};
}

function isMain(main: unknown): boolean {
  return typeof main === 'string' && (mainOf(main) === '.' || isPlainPath(mainOf(main).slice(2)));
}

/** `./main.go`, `cmd/x` and `./cmd/x/` as folders that go takes for packages of the module. */
function mainOf(main: string): string {
  const path = main.replace(/^\.\/|\/+$/g, '').replace(/(?:^|\/)[^/]+\.go$/, '');
  return path === '' || path === '.' ? '.' : `./${path}`;
}

/** Of the first build; builds that differ in them need an item each. */
function ldflagsOf([build]: readonly Data[]): { readonly ldflags?: string } {
  const text = [build?.ldflags]
    .flat()
    .filter((each) => typeof each === 'string')
    .join(' ');
  const ours = text.replace(/\{\{ ?\.(Version|Commit|FullCommit) ?\}\}/g, (_, field) => (field === 'Version' ? '{version}' : '{commit}'));
  const line = lineOf(ours);
  return line === undefined || /\{(?!version\}|commit\})|\}\}/.test(line) ? {} : { ldflags: line };
}

function platformsOf(builds: readonly Data[]): readonly string[] | undefined {
  const named = builds.filter(({ goos, goarch }) => goos !== undefined || goarch !== undefined).flatMap(platformsOfBuild);
  const known = PLATFORMS.map(({ name }) => name).filter((name) => named.includes(name));
  return known.length === 0 ? undefined : known;
}

/** GoReleaser's own defaults for what is not said. */
function platformsOfBuild({ goos, goarch, goarm, ignore }: Data): readonly string[] {
  const systems = goos === undefined ? ['linux', 'darwin', 'windows'] : textsOf(goos);
  const cpus = goarch === undefined ? ['386', 'amd64', 'arm64'] : listOf(goarch).map(String);
  const arms = goarm === undefined ? ['6'] : listOf(goarm).map(String);
  const ignored = listOf(ignore).map(dataOf);
  return systems.flatMap((os) =>
    cpus
      .filter((cpu) => !ignored.some((each) => (each.goos ?? os) === os && String(each.goarch ?? cpu) === cpu && each.goarm === undefined))
      .flatMap((cpu) => (cpu === 'arm' ? arms.map((arm) => `armv${arm}`) : [cpu]))
      .map((cpu) => `${os === 'darwin' ? 'macos' : os}-${cpu}`),
  );
}

/** An exception for a system means `archive`: the usual one of each. */
function archivesOf({ archives }: Data): readonly string[] {
  const items = listOf(archives).map(dataOf);
  if (items.some((item) => listOf(item.format_overrides).length > 0)) return ['archive'];
  const formats = items.flatMap(({ format, formats: several }) => [textOf(format) ?? '', ...textsOf(several)]);
  const known = new Set(formats.flatMap((format) => (Object.hasOwn(ARCHIVES, format) ? [ARCHIVES[format] as string] : [])));
  return known.size === 0 ? ['archive'] : [...known];
}
