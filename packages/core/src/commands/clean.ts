import { type CommandClass, defineCommand } from './base.ts';
import { dryRunFlags, lockFlags, placeFlags, projectFlags } from './flags.ts';

const command: CommandClass = defineCommand({
  summary: 'Remove what earlier runs made',
  description:
    'Deletes the artifacts that release.json of the output folder lists, staged trees and build folders. Files of other origin stay; journals stay.',
  examples: [
    { command: 'clean', description: 'Of the project in the current folder' },
    { command: 'clean --dry-run', description: 'Only list what would be deleted' },
  ],
  flags: { ...projectFlags, ...placeFlags, ...lockFlags, ...dryRunFlags },
  work: async ({ flags, report, signal }) => {
    const { chosenProducts, openConfig } = await import('../lifecycle/session.ts');
    const { cleanGuarded } = await import('../lifecycle/clean.ts');
    const place = { cwd: process.cwd(), ...(flags.config === undefined ? {} : { configFile: flags.config }) };
    const { config } = await openConfig(place, { report, signal, env: process.env });
    const options = { dryRun: flags['dry-run'] === true, outputDir: flags['output-dir'], breakLock: flags['break-lock'] === true };
    const removed: string[] = [];
    for (const product of chosenProducts(config, flags.product)) removed.push(...(await cleanGuarded(product, options)));
    const verb = flags['dry-run'] === true ? 'would remove' : 'removed';
    report.result({ removed }, removed.length === 0 ? 'nothing to remove' : removed.map((path) => `${verb} ${path}`).join('\n'));
  },
});

export default command;
