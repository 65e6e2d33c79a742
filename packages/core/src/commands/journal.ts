import * as Flags from '@oclif/core/flags';
import type { JournalView } from '../lifecycle/journal-view.ts';
import type { SessionOptions } from '../lifecycle/session.ts';
import { formatTable } from '../report/terminal.ts';
import { type CommandClass, defineCommand, type Work } from './base.ts';
import { projectFlags } from './flags.ts';
import { sessionOptions } from './session-flags.ts';
import { eachRun, withSession } from './with-session.ts';

const command: CommandClass = defineCommand({
  summary: 'Show what the journal of a release tells',
  description:
    'Lists every change outside in the order it was begun: when, where, what became of it and how long it took. Reads the file alone; only for a release without one here are registries asked that keep it.',
  examples: [
    { command: 'journal --version 1.2.0', description: 'Of one release' },
    { command: 'journal --version 1.2.0 --json', description: 'With every record, as data' },
  ],
  flags: {
    ...projectFlags,
    version: Flags.string({ summary: 'Version of the release; absent = the only one there is', helpValue: 'SEMVER' }),
  },
  work: async ({ flags, report, signal }) => {
    const options = sessionOptions(flags);
    const { localJournals } = await import('../lifecycle/journal-view.ts');
    const { chosenProducts, openConfig } = await import('../lifecycle/session.ts');
    const { config } = await openConfig(options, { report, signal, env: process.env });
    const views = await localJournals(chosenProducts(config, options.product), options.version);
    for (const view of views) report.result(view, journalText(view));
    if (views.length === 0) await showKept(options, { report, signal });
  },
});

async function showKept(options: SessionOptions, tools: Pick<Work<unknown, unknown>, 'report' | 'signal'>): Promise<void> {
  const { keptJournal } = await import('../lifecycle/journal-view.ts');
  await withSession(options, tools, (session) =>
    eachRun(session, tools, async (run) => {
      const view = await keptJournal(run);
      tools.report.result(view, journalText(view));
    }),
  );
}

function journalText({ product, version, from, state, changes, damage }: JournalView): string {
  const rows = changes.map(({ at, registry, change, became, seconds }) => [at, registry, change, became, seconds?.toFixed(1) ?? '-']);
  return [
    `${product} ${version}: ${state}`,
    `from ${from}`,
    ...(rows.length === 0 ? [] : ['', formatTable([['WHEN', 'REGISTRY', 'CHANGE', 'STATE', 'SECONDS'], ...rows])]),
    ...(damage === undefined ? [] : ['', damage]),
  ].join('\n');
}

export default command;
