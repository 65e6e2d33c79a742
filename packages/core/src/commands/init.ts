import * as Flags from '@oclif/core/flags';
import { type CommandClass, defineCommand } from './base.ts';
import { dryRunFlags } from './flags.ts';

const command: CommandClass = defineCommand({
  summary: 'Write a configuration for the project in this folder',
  description:
    'Looks at Cargo.toml, go.mod, package.json, .goreleaser.yaml and the git remote, and writes a provisioning-dist.yaml with comments that "check" accepts.',
  examples: [
    { command: 'init --dry-run', description: 'Show what it would write' },
    { command: 'init', description: 'Write it; one that is there stays' },
  ],
  flags: { ...dryRunFlags, force: Flags.boolean({ summary: 'Replace the provisioning-dist.yaml that is there' }) },
  work: async ({ flags, report, signal }) => {
    const { initProject } = await import('../lifecycle/init.ts');
    const answer = await initProject({ root: process.cwd(), force: flags.force === true, dryRun: flags['dry-run'] === true, signal });
    const from = answer.sources.length === 0 ? 'no project was recognised: fill in "contents"' : `from ${answer.sources.join(', ')}`;
    report.result(answer, answer.written ? `wrote ${answer.file}, ${from}\ntry: provisioning-dist check` : answer.text.trimEnd());
  },
});

export default command;
