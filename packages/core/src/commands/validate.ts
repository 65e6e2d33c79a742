import * as Flags from '@oclif/core/flags';
import type { Validation } from '../lifecycle/validate.ts';
import type { Finding } from '../model/finding.ts';
import { formatTable } from '../report/terminal.ts';
import { type CommandClass, defineCommand } from './base.ts';
import { lockFlags, placeFlags, projectFlags, releaseFlags, resourceFlags, selectionFlags } from './flags.ts';
import { sessionOptions } from './session-flags.ts';
import { eachRun, withSession } from './with-session.ts';

const command: CommandClass = defineCommand({
  summary: 'Read every artifact back and list what is wrong',
  description:
    'Compares the output folder with release.json and checksums.sha256, reads each artifact with the reader of its format, and compares it with what building and staging give now. Ends with code 4 when there is an error among the findings.',
  aliases: ['test-dist'],
  examples: [
    { command: 'validate', description: 'Everything, compared with a fresh staging' },
    { command: 'validate --no-stage', description: 'Digests and structure only: nothing is built' },
    { command: 'validate --from artifacts/', description: 'Artifacts another machine has made' },
  ],
  flags: {
    ...projectFlags,
    ...releaseFlags,
    ...selectionFlags,
    ...placeFlags,
    ...resourceFlags,
    from: Flags.string({ summary: 'Folder with artifacts and release.json', helpValue: 'DIR', aliases: ['asset-dir'], exclusive: ['output-dir'] }),
    stage: Flags.boolean({ summary: 'Build and stage to compare with; the default but with --from', allowNo: true }),
    ...lockFlags,
  },
  work: async ({ flags, report, signal }) => {
    const options = sessionOptions({ ...flags, 'output-dir': flags.from ?? flags['output-dir'] });
    await withSession(options, { report, signal }, async (session) => {
      const { validateRelease } = await import('../lifecycle/validate.ts');
      await eachRun(session, { signal }, async (run) => {
        await validateRelease(run, {
          stage: flags.stage ?? flags.from === undefined,
          filtered: [flags.format, flags.platform, flags.variant].some((names) => names !== undefined),
          breakLock: flags['break-lock'] === true,
          show: (validation) => report.result(validation, validationText(validation)),
        });
      });
    });
  },
});

function validationText({ folder, compared, artifacts }: Validation): string {
  const rows = artifacts.map(({ name, findings }) => [name, ...(['error', 'warning', 'note'] as const).map((level) => count(findings, level))]);
  const how = compared ? 'compared with a fresh staging' : 'not compared with what they were made of';
  return `${formatTable([['ARTIFACT', 'ERRORS', 'WARNINGS', 'NOTES'], ...rows])}\n\nin ${folder}, ${how}`;
}

function count(findings: readonly Finding[], level: Finding['level']): string {
  return String(findings.filter((finding) => finding.level === level).length);
}

export default command;
