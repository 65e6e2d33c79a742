import * as Flags from '@oclif/core/flags';
import { DistError, EXIT } from '../errors.ts';
import { type CommandClass, defineCommand } from './base.ts';
import { dryRunFlags, list, lockFlags, placeFlags, projectFlags, releaseFlags, resourceFlags, stepFlags } from './flags.ts';
import { publishText } from './publish-text.ts';
import { sessionOptions } from './session-flags.ts';
import { eachRun, withSession } from './with-session.ts';

const command: CommandClass = defineCommand({
  summary: 'Publish packaged artifacts',
  description:
    'Checks every artifact of the output folder against its digest, then publishes to every registry: hidden changes first, visible ones when all are ready.',
  examples: [
    { command: 'publish', description: 'Everything, everywhere' },
    { command: 'publish --registry local --dry-run', description: 'Show what would be done for one registry' },
    { command: 'publish --from artifacts/', description: 'Artifacts another machine has made' },
  ],
  flags: {
    ...projectFlags,
    ...releaseFlags,
    ...stepFlags,
    ...placeFlags,
    ...resourceFlags,
    ...dryRunFlags,
    registry: list({ summary: 'Only these registries, by id', helpValue: 'ID,…', aliases: ['registries'] }),
    from: Flags.string({ summary: 'Folder with artifacts and release.json', helpValue: 'DIR', aliases: ['asset-dir'], exclusive: ['output-dir'] }),
    draft: Flags.boolean({ summary: 'Upload only: make no visible change and tell nobody; publish goes on from there' }),
    ...lockFlags,
  },
  work: ({ flags, report, signal }) => {
    const options = sessionOptions({
      ...flags,
      'output-dir': flags.from ?? flags['output-dir'],
      only: [...(flags.registry ?? []), ...(flags.only ?? [])],
    });
    return withSession(options, { report, signal }, async (session) => {
      const { publishRelease } = await import('../lifecycle/publish-release.ts');
      await eachRun(session, { signal }, async (run) => {
        refuseUnknownRegistries(flags.registry ?? [], run.registries);
        const summary = await publishRelease(run, {
          dryRun: flags['dry-run'] === true,
          draft: flags.draft === true,
          breakLock: flags['break-lock'] === true,
        });
        report.result(summary, publishText(summary));
      });
    });
  },
});

/** As `--only` takes them they may be ids of anything. */
function refuseUnknownRegistries(names: readonly string[], registries: readonly { readonly instance: { readonly id: string } }[]): void {
  const known = registries.map(({ instance }) => instance.id);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new DistError('unknown-registry', `Cannot publish to "${unknown}": there are ${known.join(', ') || 'no registries'}`, { exit: EXIT.usage });
}

export default command;
