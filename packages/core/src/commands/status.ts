import type { ReleaseStatus } from '../lifecycle/status.ts';
import { formatTable } from '../report/terminal.ts';
import type { ProductVersion } from '../versions/product-version.ts';
import { type CommandClass, defineCommand } from './base.ts';
import { placeFlags, projectFlags, releaseFlags } from './flags.ts';
import { sessionOptions } from './session-flags.ts';
import { withSession } from './with-session.ts';

const command: CommandClass = defineCommand({
  summary: 'Show what is made and published of a release',
  description: 'Compares the plan with the output folder, shows how the last run ended and what the journal says of every registry.',
  examples: [
    { command: 'status', description: 'Of the release the configuration plans' },
    { command: 'status --version 1.4.0 --json', description: 'Of another one, as data' },
  ],
  flags: { ...projectFlags, ...releaseFlags, ...placeFlags },
  work: ({ flags, report, signal }) =>
    withSession(sessionOptions(flags), { report, signal }, async ({ runs }) => {
      const { releaseStatus } = await import('../lifecycle/status.ts');
      const { tellableVersion } = await import('../versions/product-version.ts');
      for (const run of runs) {
        const versions = await tellableVersion(run.product, signal);
        const status = { ...(await releaseStatus(run)), current: versions.current, next: versions.next };
        const artifacts = formatTable([['ARTIFACT', 'STATE'], ...status.artifacts.map(({ name, state }) => [name, state])]);
        const effects = formatTable([
          ['REGISTRY', 'EFFECT', 'STATE'],
          ...status.effects.map(({ instance, effect, state }) => [instance, effect, state]),
        ]);
        const last =
          status.lastRun === undefined
            ? 'no run yet'
            : `last run: ${status.lastRun.command}, ${status.lastRun.outcome} (exit ${status.lastRun.exit})`;
        report.result(
          status,
          [
            `${status.name} ${status.version}`,
            versionsLine(versions),
            last,
            journalLine(status.journal),
            '',
            artifacts,
            ...(status.effects.length === 0 ? [] : ['', effects]),
          ].join('\n'),
        );
      }
    }),
});

function versionsLine({ current = 'none', next, why }: ProductVersion): string {
  return `current version: ${current}; next: ${next === undefined ? why : `${next} (${why})`}`;
}

function journalLine({ state, done, public: seen, doubts, reverted }: ReleaseStatus['journal']): string {
  const counts = [
    ...(done > 0 ? [`${done} changes stand, ${seen} of them public`] : []),
    ...(doubts > 0 ? [`${doubts} in doubt`] : []),
    ...(reverted > 0 ? [`${reverted} taken back`] : []),
  ];
  return `journal: ${state === 'nothing' ? 'nothing published from here' : [state, ...counts].join(', ')}`;
}

export default command;
