import * as Flags from '@oclif/core/flags';
import { DistError, EXIT } from '../errors.ts';
import type { AnnounceOptions, NotifySummary } from '../lifecycle/notify-release.ts';
import { MESSAGE_TYPES } from '../lifecycle/notify-type.ts';
import { type CommandClass, defineCommand } from './base.ts';
import { dryRunFlags, list, lockFlags, placeFlags, projectFlags, releaseFlags, resourceFlags } from './flags.ts';
import { notifyText, previewText } from './notify-text.ts';
import { sessionOptions } from './session-flags.ts';
import { eachRun, withSession } from './with-session.ts';

const command: CommandClass = defineCommand({
  summary: 'Tell channels about a release',
  description:
    'Sends one message to every channel that is told of its type. Each channel gets a type once per release: run it again after a failure and only those are told who were not. A message that was perhaps sent is listed and not repeated. Ends with code 1 when a channel was not told for sure.',
  examples: [
    { command: 'notify', description: 'Announce the release to whom it was not announced yet' },
    { command: 'notify --channel team --message-type rollback --urgent', description: 'Tell one channel that the release is withdrawn' },
    { command: 'notify --preview --body-file notes.md', description: 'Show what every channel would send' },
  ],
  flags: {
    ...projectFlags,
    version: releaseFlags.version,
    channel: list({ summary: 'Only these channels, by id', helpValue: 'ID,…', aliases: ['channels'] }),
    'message-type': Flags.option({
      options: MESSAGE_TYPES,
      summary: `${MESSAGE_TYPES.join(', ')}; default release or pre-release, by the version`,
      helpValue: 'TYPE',
    })(),
    title: Flags.string({ summary: 'One line, instead of the usual one', helpValue: 'TEXT' }),
    'body-file': Flags.string({ summary: 'What to say below it; Markdown', helpValue: 'FILE' }),
    urgent: Flags.boolean({ summary: 'Mark it as urgent, where the channel knows how' }),
    again: Flags.boolean({ summary: 'Tell also those who were told before' }),
    preview: Flags.boolean({ summary: 'Show what every channel would send; send nothing' }),
    ...placeFlags,
    timeout: resourceFlags.timeout,
    ...dryRunFlags,
    ...lockFlags,
  },
  work: ({ flags, report, signal }) =>
    withSession(sessionOptions({ ...flags, only: flags.channel ?? [] }), { report, signal }, async (session) => {
      const { announce } = await import('../lifecycle/notify-release.ts');
      const options = await announceOptions(flags);
      const show = (summary: NotifySummary) =>
        report.result(summary, [notifyText(summary), ...(flags.preview ? ['', previewText(summary)] : [])].join('\n'));
      await eachRun(session, { signal }, async (run) => {
        refuseUnknownChannels(options.channels, run.channels);
        await announce(run, { ...options, show });
      });
    }),
});

interface Given {
  readonly channel?: readonly string[] | undefined;
  readonly 'message-type'?: AnnounceOptions['type'] | undefined;
  readonly title?: string | undefined;
  readonly 'body-file'?: string | undefined;
  readonly urgent?: boolean | undefined;
  readonly again?: boolean | undefined;
  readonly preview?: boolean | undefined;
  readonly 'dry-run'?: boolean | undefined;
  readonly 'break-lock'?: boolean | undefined;
}

async function announceOptions(flags: Given): Promise<Omit<AnnounceOptions, 'show'>> {
  const { checkedTitle, readBody } = await import('../lifecycle/notify-texts.ts');
  const { channel = [], title, 'message-type': type, 'body-file': file } = flags;
  return {
    channels: channel,
    urgent: flags.urgent === true,
    again: flags.again === true,
    dryRun: flags['dry-run'] === true || flags.preview === true,
    breakLock: flags['break-lock'] === true,
    ...(type === undefined ? {} : { type }),
    ...(title === undefined ? {} : { title: checkedTitle(title) }),
    ...(file === undefined ? {} : { body: readBody(file) }),
  };
}

/** As `--only` takes them they may be ids of anything. */
function refuseUnknownChannels(names: readonly string[], channels: readonly { readonly instance: { readonly id: string } }[]): void {
  const known = channels.map(({ instance }) => instance.id);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new DistError('unknown-channel', `Cannot tell "${unknown}": there are ${known.join(', ') || 'no channels'}`, { exit: EXIT.usage });
}

export default command;
