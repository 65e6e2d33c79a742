import * as Flags from '@oclif/core/flags';
import { type CommandClass, defineCommand } from './base.ts';
import { projectFlags, releaseFlags } from './flags.ts';
import { sessionOptions } from './session-flags.ts';
import { eachRun, withSession } from './with-session.ts';

const command: CommandClass = defineCommand({
  summary: 'Check the configuration',
  description:
    'Loads the configuration and its plugins, checks every key, option, template and hook, and plans the release. Every problem found is shown.',
  examples: [
    { command: 'check', description: 'Check the configuration of the current folder' },
    { command: 'check --all', description: 'Run the checks of the project too: hooks.check, then hooks.docs' },
  ],
  flags: { ...projectFlags, ...releaseFlags, all: Flags.boolean({ summary: 'Run the hooks "check" and "docs" of the configuration too' }) },
  work: ({ flags, report, signal }) =>
    withSession(sessionOptions(flags), { report, signal }, async (session) => {
      const { config, runs } = session;
      const { checkTemplates } = await import('../lifecycle/check.ts');
      const { checkHooks, refuseHookFilters, runOnDemand } = await import('../lifecycle/config-hooks.ts');
      await eachRun(session, { signal }, (run) => {
        checkTemplates(run);
        refuseHookFilters(run);
      });
      const ran: string[] = [];
      if (flags.all)
        await eachRun(session, { signal }, async (run) => {
          await checkHooks(run, ['check', 'docs']);
          ran.push(...(await runOnDemand(run, ['check', 'docs'])));
        });
      const products = runs.map(({ plan }) => ({ product: plan.release.product, version: plan.release.version, artifacts: plan.artifacts.length }));
      const lines = products.map(({ product, version, artifacts }) => `${product} ${version}: ${artifacts} artifacts planned`);
      const hooks = flags.all ? { hooks: ran } : {};
      report.result(
        { ok: true, file: config.file, products, ...hooks },
        [`${config.file} is valid`, ...lines, ...ran.map((one) => `ran ${one}`)].join('\n'),
      );
    }),
});

export default command;
