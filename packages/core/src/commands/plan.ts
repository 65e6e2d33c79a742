import * as Flags from '@oclif/core/flags';
import type { Plan } from '../model/plan.ts';
import { formatTable } from '../report/terminal.ts';
import { type CommandClass, defineCommand } from './base.ts';
import { projectFlags, releaseFlags, selectionFlags, stepFlags } from './flags.ts';
import { sessionOptions } from './session-flags.ts';
import { withSession } from './with-session.ts';

const command: CommandClass = defineCommand({
  summary: 'Show what a release would make and where it would go',
  description: 'Reads the configuration and the repository only; nothing is built, written or asked over the network.',
  examples: [
    { command: 'plan', description: 'Every artifact of the release' },
    { command: 'plan --platform linux --format archive --explain', description: 'A part of it, with the reason for everything left out' },
    { command: 'plan --json', description: 'The same as data, for a CI matrix' },
  ],
  flags: {
    ...projectFlags,
    ...releaseFlags,
    ...selectionFlags,
    ...stepFlags,
    explain: Flags.boolean({ summary: 'Say why things are left out and in which order they happen' }),
  },
  work: ({ flags, report, signal }) =>
    withSession(sessionOptions(flags), { report, signal }, async ({ runs }) => {
      for (const { plan } of runs) report.result(plan, planText(plan, flags.explain === true));
    }),
});

export default command;

function planText(plan: Plan, explain: boolean): string {
  const { release, artifacts, publish, reasons, builds } = plan;
  const rows = artifacts.map(({ name, format, platform, variant }) => [name, format, platform?.name ?? 'any', variant ?? '']);
  const targets = publish.map(({ id, use, required, skipped }) => [id, use, required ? 'required' : 'optional', skipped ?? '']);
  return [
    `${release.name} ${release.version}${release.snapshot ? ' (snapshot)' : ''}: ${artifacts.length} artifacts`,
    '',
    formatTable([['ARTIFACT', 'FORMAT', 'PLATFORM', 'VARIANT'], ...rows]),
    ...(targets.length === 0 ? [] : ['', formatTable([['PUBLISH', 'REGISTRY', '', 'SKIPPED'], ...targets])]),
    ...(explain
      ? ['', ...builds.map(({ id, platform }) => `build ${id} on ${platform.name}`), ...reasons.map(({ subject, reason }) => `${subject}: ${reason}`)]
      : []),
  ].join('\n');
}
