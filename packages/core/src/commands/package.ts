import * as Flags from '@oclif/core/flags';
import { formatTable } from '../report/terminal.ts';
import { type CommandClass, defineCommand } from './base.ts';
import { lockFlags, placeFlags, projectFlags, releaseFlags, resourceFlags, selectionFlags, stepFlags } from './flags.ts';
import { sessionOptions } from './session-flags.ts';
import { eachRun, withSession } from './with-session.ts';

const command: CommandClass = defineCommand({
  summary: 'Build, stage and package',
  description: 'Makes every planned artifact, checksums.sha256 and release.json in the output folder. Artifacts that are up to date are kept.',
  examples: [
    { command: 'package', description: 'Everything the configuration plans' },
    { command: 'package --format zip --platform linux,macos', description: 'Only some formats and platforms' },
    { command: 'package --from dist/acme-1.0.0-linux-amd64 --format tar.gz', description: 'Package a tree that is already staged' },
  ],
  flags: {
    ...projectFlags,
    ...releaseFlags,
    ...selectionFlags,
    ...stepFlags,
    ...placeFlags,
    ...resourceFlags,
    ...lockFlags,
    from: Flags.string({ summary: 'Staged tree to package instead of building one', helpValue: 'DIR', multiple: true }),
    clean: Flags.boolean({ summary: "Remove another version's artifacts from the output folder first" }),
  },
  work: async ({ flags, report, signal }) => {
    const { packageRelease } = await import('../lifecycle/package-release.ts');
    const { stagedFrom } = await import('../lifecycle/staged-from.ts');
    const staged = stagedFrom(flags.from ?? [], flags);
    const options = sessionOptions({
      ...flags,
      ...(staged && { platform: staged.platforms, variant: staged.variants, distributions: staged.distributions }),
    });
    await withSession(options, { report, signal }, async (session) => {
      await eachRun(session, { signal }, async (run) => {
        const manifest = await packageRelease(run, {
          clean: flags.clean === true,
          breakLock: flags['break-lock'] === true,
          ...(staged === undefined ? {} : { staged: staged.distributions }),
        });
        const rows = manifest.artifacts.map(({ name, size, sha256 }) => [name, String(size), sha256]);
        report.result(
          { outputDir: run.outputDir, artifacts: manifest.artifacts },
          `${formatTable([['ARTIFACT', 'BYTES', 'SHA256'], ...rows])}\n\nin ${run.outputDir}`,
        );
      });
    });
  },
});

export default command;
