import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes docs/commands.md from the manifest of the built command line: `node scripts/docs.ts`, after `npm run build`. */

interface Flag {
  readonly name: string;
  readonly char?: string;
  readonly summary: string;
  readonly type: 'boolean' | 'option';
  readonly helpValue?: string;
  readonly helpGroup?: string;
  readonly multiple?: boolean;
  /** Also as `--no-NAME`. */
  readonly allowNo?: boolean;
  readonly aliases?: readonly string[];
}

interface Command {
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly examples: readonly { readonly command: string; readonly description: string }[];
  readonly flags: Readonly<Record<string, Flag>>;
}

const ROOT = join(import.meta.dirname, '..');

export const COMMANDS_PAGE: string = join(ROOT, 'docs/commands.md');

const HEAD = `# Commands

Written by \`node scripts/docs.ts\` from what the command line knows of itself; \`provisioning-dist COMMAND --help\` says the same.

Beside these there are \`help\`, \`autocomplete\` and \`plugins\`, which oclif brings. A list is written with commas or by repeating the flag:
\`--platform linux,macos\` or \`--platform linux --platform macos\`. Steps, for \`--skip\` and \`--only\`, are \`beforeBuild\`, \`build\`, \`package\` and \`publish\`.
Without \`build\`, what an earlier run built is packaged; without \`package\`, \`release\` publishes what is in the output folder. An id of a package
or builder brings the steps before it along.

Every command knows:
`;

/** The page's text. */
export function commandsPage(): string {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'packages/core/oclif.manifest.json'), 'utf8')) as {
    readonly commands: Record<string, Command>;
  };
  const commands = Object.entries(manifest.commands);
  const everywhere = Object.values(commands[0]?.[1].flags ?? {}).filter(isCommon);
  return `${HEAD}\n${flagTable(everywhere)}${commands.map(([name, command]) => commandText(name, command)).join('')}`;
}

function isCommon({ helpGroup }: Flag): boolean {
  return helpGroup === 'OUTPUT';
}

function commandText(name: string, { aliases, summary, description, examples, flags }: Command): string {
  const own = Object.values(flags).filter((flag) => !isCommon(flag));
  const lines = examples.map(
    (example) => `${example.command.replace('<%= config.bin %>', 'provisioning-dist')}  # ${lowerFirst(example.description)}`,
  );
  return `\n## ${name}\n\n${[`${summary}.`, description, ...aliases.map((alias) => `Also called \`${alias}\`.`)].filter(Boolean).join(' ')}\n\n\`\`\`sh\n${lines.join('\n')}\n\`\`\`\n\n${flagTable(own)}`;
}

/** Aligned as the formatter wants it. */
function flagTable(flags: readonly Flag[]): string {
  const rows = flags.map((flag) => [flagText(flag), cell(flag.summary)] as const);
  const left = Math.max('flag'.length, ...rows.map(([text]) => text.length));
  const right = Math.max('meaning'.length, ...rows.map(([, text]) => text.length));
  const all = [['flag', 'meaning'], ['-'.repeat(left), '-'.repeat(right)], ...rows] as const;
  return all.map(([text, meaning]) => `| ${text.padEnd(left)} | ${meaning.padEnd(right)} |\n`).join('');
}

function flagText({ name, char, type, helpValue, multiple, allowNo, aliases = [] }: Flag): string {
  const value = type === 'boolean' ? '' : ` ${(helpValue ?? 'VALUE').replace(/,…$/, '')}${multiple ? ',…' : ''}`;
  const long = [name, ...aliases].map((each) => `--${allowNo ? '[no-]' : ''}${each}${value}`);
  const names = char === undefined ? long : [`-${char}`, ...long];
  return cell(names.map((each) => `\`${each}\``).join(', '));
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

if (import.meta.main) writeFileSync(COMMANDS_PAGE, commandsPage());
