import * as Flags from '@oclif/core/flags';
import { DistError, EXIT } from '../errors.ts';
import type { SignSummary } from '../lifecycle/sign-release.ts';
import { formatTable } from '../report/terminal.ts';
import { type CommandClass, defineCommand } from './base.ts';
import { dryRunFlags, list, lockFlags, placeFlags, projectFlags, releaseFlags, resourceFlags } from './flags.ts';
import { sessionOptions } from './session-flags.ts';
import { eachRun, withSession } from './with-session.ts';

const command: CommandClass = defineCommand({
  summary: 'Sign packaged artifacts',
  description:
    'Writes the signatures that "sign:" asks for beside the artifacts of the output folder, and checks each with the public key. Signatures that are there and fit are kept.',
  examples: [
    { command: 'sign', description: 'With every key' },
    { command: 'sign --key release --dry-run', description: 'Show what one key would sign' },
    { command: 'sign --from artifacts/', description: 'Artifacts another machine has made' },
  ],
  flags: {
    ...projectFlags,
    ...releaseFlags,
    ...placeFlags,
    ...resourceFlags,
    ...dryRunFlags,
    key: list({ summary: 'Only these keys, by id', helpValue: 'ID,…', aliases: ['keys'] }),
    from: Flags.string({ summary: 'Folder with artifacts and release.json', helpValue: 'DIR', aliases: ['asset-dir'], exclusive: ['output-dir'] }),
    ...lockFlags,
  },
  work: ({ flags, report, signal }) => {
    const only = flags.key ?? ['sign'];
    const options = sessionOptions({ ...flags, 'output-dir': flags.from ?? flags['output-dir'], only });
    return withSession(options, { report, signal }, async (session) => {
      const { signFolder } = await import('../lifecycle/sign-release.ts');
      await eachRun(session, { signal }, async (run) => {
        refuseUnknownKeys(flags.key ?? [], run.keys);
        const summary = await signFolder(run, { dryRun: flags['dry-run'] === true, breakLock: flags['break-lock'] === true });
        report.result(summary, signText(summary));
      });
    });
  },
});

/** As `--only` takes them they may be ids of anything. */
function refuseUnknownKeys(names: readonly string[], keys: readonly { readonly instance: { readonly id: string } }[]): void {
  const known = keys.map(({ instance }) => instance.id);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new DistError('unknown-key', `Cannot sign with "${unknown}": there are ${known.join(', ') || 'no keys'}`, { exit: EXIT.usage });
}

function signText({ signatures, outputDir, name, version }: SignSummary): string {
  if (signatures.length === 0) return `${name} ${version}: nothing to sign`;
  const rows = signatures.map((signature) => [signature.name, signature.key, signature.state]);
  return `${formatTable([['SIGNATURE', 'KEY', 'STATE'], ...rows])}\n\nin ${outputDir}`;
}

export default command;
