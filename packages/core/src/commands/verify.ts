import * as Flags from '@oclif/core/flags';
import type { Verification } from '../lifecycle/verify-release.ts';
import { formatTable } from '../report/terminal.ts';
import { type CommandClass, defineCommand } from './base.ts';
import { list, placeFlags, projectFlags, releaseFlags } from './flags.ts';
import { sessionOptions } from './session-flags.ts';
import { eachRun, withSession } from './with-session.ts';

const command: CommandClass = defineCommand({
  summary: 'Read a published release back and list what is wrong',
  description:
    'Asks every registry for what the public gets and compares it with release.json: contents, pointers, mirrors. Changes nothing. Ends with code 4 when something is wrong.',
  examples: [
    { command: 'verify --version 1.2.0', description: 'Everything that was published of a version' },
    { command: 'verify --registry prod --from artifacts/', description: 'One registry, by the release.json of another machine' },
  ],
  flags: {
    ...projectFlags,
    ...releaseFlags,
    ...placeFlags,
    registry: list({ summary: 'Only these registries, by id', helpValue: 'ID,…', aliases: ['registries'] }),
    from: Flags.string({ summary: 'Folder with release.json', helpValue: 'DIR', aliases: ['asset-dir'], exclusive: ['output-dir'] }),
  },
  work: ({ flags, report, signal }) => {
    const options = sessionOptions({ ...flags, 'output-dir': flags.from ?? flags['output-dir'], only: flags.registry ?? [] });
    return withSession(options, { report, signal }, async (session) => {
      const { verifyRelease } = await import('../lifecycle/verify-release.ts');
      await eachRun(session, { signal }, (run) =>
        verifyRelease(run, (verification) => {
          for (const finding of verification.registries.flatMap(({ findings }) => findings)) if (finding.level !== 'error') report.finding(finding);
          report.result(verification, verificationText(verification));
        }),
      );
    });
  },
});

function verificationText({ name, version, registries }: Verification): string {
  const rows = registries.map(({ id, current, read, findings }) => [id, current ?? '-', stateOf(read, findings)]);
  return [`${name} ${version}`, '', formatTable([['REGISTRY', 'CLIENTS GET', 'STATE'], ...rows])].join('\n');
}

function stateOf(read: boolean, findings: Verification['registries'][number]['findings']): string {
  const errors = findings.filter(({ level }) => level === 'error').length;
  if (errors > 0) return `${errors} errors`;
  return read ? 'as published' : 'cannot be read back';
}

export default command;
