import type { ChannelSummary, NotifySummary } from '../lifecycle/notify-release.ts';
import { formatTable } from '../report/terminal.ts';

/** An announcement as people read it. */
export function notifyText({ name, version, type, title, channels }: NotifySummary): string {
  const rows = channels.map(({ id, state, reason, error }) => [id, WORDS[state], reason ?? firstLine(error)]);
  const hint = channels.some(({ state }) => state === 'known') ? ['', 'who was told before is told again with --again'] : [];
  return [`${name} ${version} (${type}): ${title}`, '', formatTable([['CHANNEL', 'STATE', ''], ...rows]), ...hint].join('\n');
}

const WORDS: Readonly<Record<ChannelSummary['state'], string>> = {
  sent: 'sent',
  known: 'told before',
  doubt: 'in doubt',
  failed: 'failed',
  skipped: 'left out',
  dry: 'would be told',
};

/** What each channel would send. Text with line breaks is laid out as such. */
export function previewText({ channels }: NotifySummary): string {
  const told = channels.filter(({ inputs = [] }) => inputs.length > 0);
  return told.map(({ id, use, inputs = [] }) => [`${id} (${use})`, ...inputs.map(inputText)].join('\n')).join('\n\n');
}

function inputText(input: unknown): string {
  const fields = Object.entries(typeof input === 'object' && input !== null ? input : { message: input });
  return fields.map(([name, value]) => `  ${name}: ${indented(valueText(value))}`).join('\n');
}

function valueText(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value, null, 2);
  return jsonText(value) ?? value;
}

/** Bodies are JSON more often than not. */
function jsonText(text: string): string | undefined {
  if (!/^[{[]/.test(text)) return undefined;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function indented(text: string): string {
  return text.replaceAll('\n', '\n  ');
}

function firstLine(text = ''): string {
  return text.split('\n', 1)[0] ?? '';
}
