import { type CommandClass, defineCommand } from './base.ts';
import { lockFlags, placeFlags, projectFlags, releaseFlags, resourceFlags, selectionFlags, stepFlags } from './flags.ts';
import { sessionOptions } from './session-flags.ts';
import { eachRun, withSession } from './with-session.ts';

const command: CommandClass = defineCommand({
  summary: 'Write the staged trees to disk',
  description:
    'Builds and collects the files of every platform and variant into folders of their own, with a manifest beside each; "package --from" reads them back.',
  examples: [
    { command: 'stage', description: 'All platforms and variants, into dist/' },
    { command: 'stage --platform linux-amd64 --variant minimal', description: 'One tree' },
  ],
  flags: { ...projectFlags, ...releaseFlags, ...selectionFlags, ...stepFlags, ...placeFlags, ...resourceFlags, ...lockFlags },
  work: ({ flags, report, signal }) => {
    const { outputDir, ...options } = sessionOptions(flags);
    return withSession(options, { report, signal }, async (session) => {
      const { stageRelease } = await import('../lifecycle/stage-release.ts');
      await eachRun(session, { signal }, async (run) => {
        const trees = await stageRelease(run, outputDir ?? run.product.paths.dist, { breakLock: flags['break-lock'] === true });
        report.result({ trees }, trees.map(({ path, files }) => `${path}  ${files} files`).join('\n'));
      });
    });
  },
});

export default command;
