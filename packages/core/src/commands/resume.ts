import * as Flags from '@oclif/core/flags';
import type { SessionOptions } from '../lifecycle/session.ts';
import { type CommandClass, defineCommand, type Work } from './base.ts';
import { list, lockFlags, placeFlags, projectFlags, resourceFlags, stepFlags } from './flags.ts';
import { publishText } from './publish-text.ts';
import { sessionOptions } from './session-flags.ts';
import { eachRun, withSession } from './with-session.ts';

const command: CommandClass = defineCommand({
  summary: 'Go on with a release that stopped half-way',
  description:
    'Publishes the artifacts of the output folder from where the journal ends. Without --version it takes the only release here that is unfinished; with it also one whose journal a registry keeps. Refuses artifacts other than those the release began with, and releases that were rolled back.',
  examples: [
    { command: 'resume', description: 'The release that stopped' },
    { command: 'resume --version 1.2.0 --from artifacts/', description: 'One that another machine began' },
  ],
  flags: {
    ...projectFlags,
    version: Flags.string({ summary: 'Version of the release', helpValue: 'SEMVER' }),
    ...stepFlags,
    ...placeFlags,
    ...resourceFlags,
    registry: list({ summary: 'Only these registries, by id', helpValue: 'ID,…', aliases: ['registries'] }),
    from: Flags.string({ summary: 'Folder with artifacts and release.json', helpValue: 'DIR', aliases: ['asset-dir'], exclusive: ['output-dir'] }),
    ...lockFlags,
  },
  work: async ({ flags, report, signal }) => {
    const given = sessionOptions({
      ...flags,
      'output-dir': flags.from ?? flags['output-dir'],
      only: [...(flags.registry ?? []), ...(flags.only ?? [])],
    });
    const options = given.version === undefined ? await unfinished(given, { report, signal }) : given;
    await withSession(options, { report, signal }, async (session) => {
      const { resumeRelease } = await import('../lifecycle/resume.ts');
      const { runsWithJournal } = await import('../lifecycle/journal-open.ts');
      await eachRun({ runs: runsWithJournal(session.runs) }, { signal }, async (run) => {
        const summary = await resumeRelease(run, { breakLock: flags['break-lock'] === true });
        report.result(summary, publishText(summary));
      });
    });
  },
});

async function unfinished(options: SessionOptions, tools: Pick<Work<unknown, unknown>, 'report' | 'signal'>): Promise<SessionOptions> {
  const { chosenProducts, openConfig } = await import('../lifecycle/session.ts');
  const { unfinishedRelease } = await import('../lifecycle/resume.ts');
  const { config } = await openConfig(options, { ...tools, env: process.env });
  const { product, version } = await unfinishedRelease(chosenProducts(config, options.product));
  return { ...options, product, version };
}

export default command;
