import * as Flags from '@oclif/core/flags';
import { type CommandClass, defineCommand } from './base.ts';
import { projectFlags, releaseFlags } from './flags.ts';

const FORMATS = ['markdown', 'json', 'text'] as const;

const command: CommandClass = defineCommand({
  summary: 'Show the changes and notes of a release',
  description:
    'What the plugin named by `changelog:` tells of the commits since the last release, or between any two tags, branches or commits. Without a version, that of the next release is supposed.',
  examples: [
    { command: 'changelog', description: 'What the next release would say' },
    { command: 'changelog --from v1.0.0 --to v1.1.0 --format json', description: 'Between two tags, as data' },
  ],
  flags: {
    ...projectFlags,
    version: releaseFlags.version,
    from: Flags.string({ summary: 'Tag, branch or commit the changes begin after; default the release before', helpValue: 'REF' }),
    to: Flags.string({ summary: 'Tag, branch or commit they end with; default the tag of the version, else HEAD', helpValue: 'REF' }),
    format: Flags.option({ options: FORMATS, summary: `${FORMATS.join(', ')}; default markdown`, helpValue: 'FORMAT' })(),
  },
  work: async ({ flags, report, signal }) => {
    const { changelogOf, changelogText } = await import('../versions/preview.ts');
    const { chosenProducts, openConfig } = await import('../lifecycle/session.ts');
    const tools = { report, signal, env: process.env };
    const place = { cwd: process.cwd(), ...(flags.config === undefined ? {} : { configFile: flags.config }) };
    const opened = await openConfig(place, tools);
    const { version, from, to, format = 'markdown' } = flags;
    const asked = { ...(version && { version }), ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
    for (const product of chosenProducts(opened.config, flags.product)) {
      const answer = await changelogOf({ ...opened, product }, asked, tools);
      report.result(answer, changelogText(answer, format));
    }
  },
});

export default command;
