import { type CommandClass, defineCommand } from './base.ts';
import { dryRunFlags, placeFlags, projectFlags } from './flags.ts';

const command: CommandClass = defineCommand({
  summary: 'Remove what earlier runs made',
  description:
    'Deletes the artifacts that release.json of the output folder lists, staged trees and build folders. Files of other origin stay; journals stay.',
  examples: [
    { command: 'clean', description: 'Of the project in the current folder' },
    { command: 'clean --dry-run', description: 'Only list what would be deleted' },
  ],
  flags: { ...projectFlags, ...placeFlags, ...dryRunFlags },
  work: async ({ flags, report, signal }) => {
    const { openConfig } = await import('../lifecycle/session.ts');
    const { cleanProduct } = await import('../lifecycle/clean.ts');
    const place = { cwd: process.cwd(), ...(flags.config === undefined ? {} : { configFile: flags.config }) };
    const { config } = await openConfig(place, { report, signal, env: process.env });
    const products = config.products.filter(({ product }) => flags.product === undefined || flags.product === product);
    const removed = products.flatMap((product) => cleanProduct(product, { dryRun: flags['dry-run'] === true, outputDir: flags['output-dir'] }));
    const verb = flags['dry-run'] === true ? 'would remove' : 'removed';
    report.result({ removed }, removed.length === 0 ? 'nothing to remove' : removed.map((path) => `${verb} ${path}`).join('\n'));
  },
});

export default command;
