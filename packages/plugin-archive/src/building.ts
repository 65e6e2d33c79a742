import type { BuildStep, Entry, SelectJob } from '@provisioning-dist/core';

/** What people look for when they want to build: a page that says how, or what a build tool starts from. */
const PAGES = /^(?:README|INSTALL|BUILD|BUILDING|COMPILING|HACKING|CONTRIBUTING)(?:[._-][^/]*)?$/i;
const TOOLS =
  /^(?:GNUmakefile|Makefile|makefile|configure(?:\.ac|\.in)?|autogen\.sh|bootstrap\.sh|build\.sh|CMakeLists\.txt|meson\.build|SConstruct|[Jj]ustfile|Taskfile\.ya?ml|Earthfile|BUILD\.bazel|MODULE\.bazel|WORKSPACE(?:\.bazel)?|flake\.nix|default\.nix|Cargo\.toml|package\.json|deno\.jsonc?|go\.mod|build\.zig|pyproject\.toml|setup\.py|setup\.cfg|Rakefile|[^/]+\.gemspec|composer\.json|pom\.xml|build\.gradle(?:\.kts)?|build\.sbt|mix\.exs|rebar\.config|project\.clj|dune-project|stack\.yaml|[^/]+\.cabal|Package\.swift|[^/]+\.(?:sln|csproj|fsproj|nimble|pro))$/;

/** Whether a file at the top tells how to build. An empty one tells nothing. */
export function isBuildInstruction(entry: Entry): boolean {
  return (entry.type === 'symlink' || (entry.type === 'file' && entry.size > 0)) && namesBuildInstruction(entry.path);
}

export function namesBuildInstruction(path: string): boolean {
  return PAGES.test(path) || TOOLS.test(path);
}

/** Markdown made from the release and its `build:` items alone. */
export function buildingPage({ release, builds }: Pick<SelectJob<unknown>, 'release' | 'builds'>): string {
  const { name, version, commit } = release;
  const from = commit === undefined ? '' : ` of commit ${commit}`;
  return [
    `# Building ${name} ${version}`,
    `The files${from} say nothing about building them, so this page was generated from the release's configuration.`,
    ...(builds.length === 0 ? ['Nothing is built: the files are packaged as they are.'] : ['The release is built in these steps:', steps(builds)]),
    'With provisioning-dist all of it is done by',
    indented(`provisioning-dist package --version ${version}`, 4),
  ]
    .join('\n\n')
    .concat('\n');
}

function steps(builds: readonly BuildStep[]): string {
  return builds.map(step).join('\n');
}

function step({ id, use, platforms, commands }: BuildStep, index: number): string {
  const where = platforms === undefined ? '' : `, on ${platforms.join(', ')}`;
  const title = `${index + 1}. ${id}: builder \`${use}\`${where}`;
  return commands.length === 0 ? title : `${title}\n\n${commands.map((command) => indented(command, 8)).join('\n')}\n`;
}

/** An indented block: nothing in it is markup, whatever it holds. */
function indented(text: string, spaces: number): string {
  return text
    .split(/\r\n|[\r\n]/)
    .map((line) => `${' '.repeat(spaces)}${line}`)
    .join('\n');
}
