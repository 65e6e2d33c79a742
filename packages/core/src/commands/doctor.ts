import { together } from '../errors.ts';
import type { Machine } from '../lifecycle/doctor.ts';
import { type CommandClass, defineCommand } from './base.ts';
import { placeFlags, projectFlags, releaseFlags, selectionFlags } from './flags.ts';
import { sessionOptions } from './session-flags.ts';
import { eachRun, withSession } from './with-session.ts';

const command: CommandClass = defineCommand({
  summary: 'Say what this machine lacks for a release, and what mends it',
  description:
    'Looks at Node.js, git, free space and folders, and asks the builders, keys, registries and channels of the configuration for their tools and credentials. Changes nothing; ends with code 3 when something is missing.',
  examples: [
    { command: 'doctor', description: 'Everything a release of the project needs' },
    { command: 'doctor --platform linux', description: 'What building for Linux alone needs' },
  ],
  flags: { ...projectFlags, ...releaseFlags, ...selectionFlags, ...placeFlags },
  work: ({ flags, report, signal }) =>
    withSession(sessionOptions(flags), { report, signal }, async (session) => {
      const { examineMachine } = await import('../lifecycle/doctor.ts');
      const { preflight } = await import('../lifecycle/preflight.ts');
      const folders = session.runs.flatMap(({ product: { paths } }) => [flags['output-dir'] ?? paths.packages, paths.state]);
      const { errors, warnings, ...machine } = examineMachine({ env: process.env, folders });
      for (const finding of warnings) report.finding(finding);
      const problems: unknown[] = [...errors];
      // whether the work tree is ready is asked when something is published
      const scope = { builders: true, registries: true, keys: true, channels: true, told: [] };
      await eachRun(session, { signal }, async (run) => void (await preflight(run, scope))).catch((error: unknown) => problems.push(error));
      signal.throwIfAborted();
      report.result({ ok: problems.length === 0, ...machine }, machineText(machine));
      if (problems.length > 0) throw problems.length === 1 ? problems[0] : together(problems);
    }),
});

function machineText({ node, git, folders }: Pick<Machine, 'node' | 'git' | 'folders'>): string {
  const space = folders.map(({ path, free }) => `${(free / 1024 ** 3).toFixed(1)} GiB free for ${path}`);
  return [`Node.js ${node}`, `git ${git ?? 'missing'}`, ...space].join('\n');
}

export default command;
