import * as Flags from '@oclif/core/flags';
import { type CommandClass, defineCommand } from './base.ts';
import { dryRunFlags, lockFlags, placeFlags, projectFlags, releaseFlags, resourceFlags, selectionFlags, stepFlags, versionFlags } from './flags.ts';
import { publishText } from './publish-text.ts';
import { sessionOptions } from './session-flags.ts';
import { eachRun, withSession } from './with-session.ts';

const command: CommandClass = defineCommand({
  summary: 'Build, package and publish in one go',
  description: 'Looks for everything that would make it fail before anything is built, makes every artifact, then publishes to every registry.',
  examples: [
    { command: 'release', description: 'Release the version the repository is tagged with' },
    { command: 'release --release-type auto', description: 'Release the next version, by the commits since the last one' },
    { command: 'release --dry-run', description: 'Show the artifacts and every change outside, without making any' },
    { command: 'release --snapshot', description: 'A version made from the commit, published locally only' },
  ],
  flags: {
    ...projectFlags,
    ...releaseFlags,
    ...versionFlags,
    ...selectionFlags,
    ...stepFlags,
    ...placeFlags,
    ...resourceFlags,
    ...dryRunFlags,
    clean: Flags.boolean({ summary: "Remove another version's artifacts from the output folder first" }),
    draft: Flags.boolean({ summary: 'Upload only: make no visible change and tell nobody; publish goes on from there' }),
    ...lockFlags,
  },
  work: ({ flags, report, signal }) =>
    withSession({ ...sessionOptions(flags), forward: true }, { report, signal }, async (session) => {
      const { release } = await import('../lifecycle/release.ts');
      await eachRun(session, { signal }, async (run) => {
        const options = {
          dryRun: flags['dry-run'] === true,
          draft: flags.draft === true,
          clean: flags.clean === true,
          breakLock: flags['break-lock'] === true,
        };
        const summary = await release(run, options);
        report.result(summary, publishText(summary));
      });
    }),
});

export default command;
