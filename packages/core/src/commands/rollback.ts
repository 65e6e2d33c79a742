import * as Flags from '@oclif/core/flags';
import type { RollbackSummary } from '../lifecycle/rollback-summary.ts';
import { cleanLine, formatTable } from '../report/terminal.ts';
import { type CommandClass, defineCommand } from './base.ts';
import { dryRunFlags, list, lockFlags, placeFlags, projectFlags, resourceFlags } from './flags.ts';
import { sessionOptions } from './session-flags.ts';
import { eachRun, withSession } from './with-session.ts';

const MODES = ['undo', 'retarget', 'forward'] as const;

const command: CommandClass = defineCommand({
  summary: 'Take a published release back',
  description:
    'Reverts every change the journal of the release holds, the last ones first: what the public sees before what nobody sees. What cannot be taken back, and what somebody else has changed since, is listed and left alone. Ends with code 6 when something of it stays public.',
  examples: [
    { command: 'rollback --version 1.2.0 --dry-run', description: 'Show what would be taken back' },
    { command: 'rollback --version 1.2.0', description: 'As if 1.2.0 had never been published' },
    { command: 'rollback --version 1.2.0 --mode retarget --to 1.1.0', description: 'Leave it there, but send clients to 1.1.0' },
  ],
  flags: {
    ...projectFlags,
    version: Flags.string({ summary: 'Version of the release', helpValue: 'SEMVER', required: true }),
    ...placeFlags,
    timeout: resourceFlags.timeout,
    ...dryRunFlags,
    mode: Flags.option({
      options: MODES,
      default: 'undo',
      summary: 'Undo everything, send clients to an older version, or publish one anew above it',
    })(),
    to: Flags.string({ summary: 'Version clients are to get, for the other modes', helpValue: 'SEMVER' }),
    registry: list({ summary: 'Only these registries, by id', helpValue: 'ID,…', aliases: ['registries'] }),
    'changed-options': Flags.boolean({ summary: 'Go on although options of a registry are not what they were' }),
    ...lockFlags,
  },
  work: ({ flags, report, signal }) =>
    withSession(sessionOptions(flags), { report, signal }, async (session) => {
      const { rollbackRelease } = await import('../lifecycle/rollback-release.ts');
      const { runsWithJournal } = await import('../lifecycle/journal-open.ts');
      await eachRun({ runs: runsWithJournal(session.runs) }, { signal }, async (run) => {
        await rollbackRelease(run, {
          mode: flags.mode ?? 'undo',
          ...(flags.to === undefined ? {} : { to: flags.to }),
          registries: flags.registry ?? [],
          dryRun: flags['dry-run'] === true,
          changedOptions: flags['changed-options'] === true,
          breakLock: flags['break-lock'] === true,
          show: (summary) => report.result(summary, rollbackText(summary)),
        });
      });
    }),
});

const WORDS: Readonly<Record<RollbackSummary['effects'][number]['state'], string>> = {
  reverted: 'taken back',
  moved: 'left alone: somebody else changed it since',
  irreversible: 'stays: it cannot be taken back',
  doubt: 'stays, if it was made: nobody can look',
  found: 'stays: it was there when the journal began',
  failed: 'failed',
  held: 'kept for now',
  dry: 'would be taken back',
};

function rollbackText({ name, version, mode, to, dryRun, effects, made, registries }: RollbackSummary): string {
  const how = mode === 'undo' ? 'taken back' : `clients sent to ${to}`;
  if (effects.length === 0 && mode === 'undo') return `${name} ${version}: nothing to take back`;
  const rows = [
    ...effects.map(({ instance, description, state }) => [instance, description, WORDS[state]]),
    ...made.map(({ instance, description, state }) => [instance, description, state === 'dry' ? 'would be done' : state]),
  ];
  const manual = effects.flatMap(({ instance, description, ...rest }) =>
    rest.state === 'irreversible' ? [`  ${cleanLine(`${instance}: ${description}: ${rest.manual}`)}`] : [],
  );
  const elsewhere = new Set(made.flatMap(({ instance, state }) => (state === 'moved' || state === 'doubt' ? [instance] : [])));
  const states = registries.map(({ id, state }) => [id, state === 'failed' ? 'failed' : elsewhere.has(id) ? 'as it was' : how]);
  return [
    `${name} ${version}`,
    ...(rows.length === 0 ? [] : ['', formatTable([['WHERE', 'CHANGE', 'STATE'], ...rows])]),
    ...(manual.length === 0 ? [] : ['', 'to do by hand:', ...manual]),
    ...(dryRun || states.length === 0 ? [] : ['', formatTable([['REGISTRY', 'STATE'], ...states])]),
  ].join('\n');
}

export default command;
