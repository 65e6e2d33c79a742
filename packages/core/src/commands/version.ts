import { type CommandClass, defineCommand } from './base.ts';
import { projectFlags, versionFlags } from './flags.ts';
import { releaseTypeOf } from './session-flags.ts';

const command: CommandClass = defineCommand({
  summary: 'Show the current version and the next one',
  description:
    'The current version is the highest tag HEAD descends from, the next one what `release` with the same flags would give, and why. Changes nothing.',
  examples: [
    { command: 'version', description: 'What the commits since the last release amount to' },
    { command: 'version --release-type minor --pre-release --json', description: 'Another step, as data' },
  ],
  flags: { ...projectFlags, ...versionFlags },
  work: async ({ flags, report, signal }) => {
    const { chosenProducts, openConfig } = await import('../lifecycle/session.ts');
    const { productVersion, versionText } = await import('../versions/product-version.ts');
    const place = { cwd: process.cwd(), ...(flags.config === undefined ? {} : { configFile: flags.config }) };
    const { config } = await openConfig(place, { report, signal, env: process.env });
    const options = releaseTypeOf(flags, 'auto') ?? { type: 'auto' };
    for (const product of chosenProducts(config, flags.product)) {
      const answer = await productVersion(product, options, signal);
      report.result(answer, versionText(answer));
    }
  },
});

export default command;
