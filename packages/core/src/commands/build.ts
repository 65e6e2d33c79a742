import { formatTable } from '../report/terminal.ts';
import { type CommandClass, defineCommand } from './base.ts';
import { lockFlags, projectFlags, releaseFlags, resourceFlags, selectionFlags, stepFlags } from './flags.ts';
import { sessionOptions } from './session-flags.ts';
import { eachRun, withSession } from './with-session.ts';

const { platform } = selectionFlags;

const command: CommandClass = defineCommand({
  summary: 'Run the builders',
  description:
    'Builds every platform side by side and stops there. Each builder writes a log per platform; one that fails keeps no other platform back. "package --skip build" goes on from what was built.',
  examples: [
    { command: 'build', description: 'All platforms' },
    { command: 'build --platform linux/arm64,macos', description: 'Some platforms' },
    { command: 'build --only server', description: 'One builder, by its id' },
  ],
  flags: { ...projectFlags, ...releaseFlags, platform, ...stepFlags, ...resourceFlags, ...lockFlags },
  work: ({ flags, report, signal }) =>
    withSession(sessionOptions(flags), { report, signal }, async (session) => {
      const { buildRelease } = await import('../lifecycle/build-release.ts');
      await eachRun(session, { signal }, async (run) => {
        const platforms = await buildRelease(run, { breakLock: flags['break-lock'] === true });
        const rows = platforms.flatMap(({ platform: name, outputs }) => outputs.map(({ file, size }) => [name, String(size), file]));
        report.result({ platforms }, formatTable([['PLATFORM', 'BYTES', 'FILE'], ...rows]));
      });
    }),
});

export default command;
