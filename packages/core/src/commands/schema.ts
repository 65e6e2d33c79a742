import { type CommandClass, defineCommand } from './base.ts';
import { projectFlags } from './flags.ts';

const command: CommandClass = defineCommand({
  summary: 'Print the JSON Schema of the configuration',
  description:
    'With every option of the bundled plugins and, inside a project, of those its configuration names. Editors complete and check with it.',
  examples: [
    { command: 'schema > provisioning-dist.schema.json', description: 'Keep it beside the configuration' },
    { command: 'schema --config other.yaml', description: 'For a project with plugins of its own' },
  ],
  flags: { config: projectFlags.config },
  work: async ({ flags, report, signal }) => {
    const { projectSchema } = await import('../lifecycle/project-schema.ts');
    const schema = await projectSchema(
      { cwd: process.cwd(), ...(flags.config === undefined ? {} : { configFile: flags.config }) },
      { report, signal, env: process.env },
    );
    report.result(schema, JSON.stringify(schema, null, 2));
  },
});

export default command;
