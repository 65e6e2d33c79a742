import { type CommandClass, defineCommand } from './base.ts';
import { projectFlags, releaseFlags } from './flags.ts';
import { sessionOptions } from './session-flags.ts';
import { eachRun, withSession } from './with-session.ts';

const command: CommandClass = defineCommand({
  summary: 'Check the configuration',
  description: 'Loads the configuration and its plugins, checks every key, option and template, and plans the release. Every problem found is shown.',
  examples: [{ command: 'check', description: 'Check the configuration of the current folder' }],
  flags: { ...projectFlags, ...releaseFlags },
  work: ({ flags, report, signal }) =>
    withSession(sessionOptions(flags), { report, signal }, async (session) => {
      const { config, runs } = session;
      const { checkTemplates } = await import('../lifecycle/check.ts');
      await eachRun(session, { signal }, checkTemplates);
      const products = runs.map(({ plan }) => ({ product: plan.release.product, version: plan.release.version, artifacts: plan.artifacts.length }));
      const lines = products.map(({ product, version, artifacts }) => `${product} ${version}: ${artifacts} artifacts planned`);
      report.result({ ok: true, file: config.file, products }, [`${config.file} is valid`, ...lines].join('\n'));
    }),
});

export default command;
