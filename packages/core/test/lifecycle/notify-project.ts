import { SessionProject } from './session-project.ts';

/** What a channel tells, and how it fails, is in its options; what was told is in `said.txt`. */
const PLUGIN = `
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
const record = new URL('record.ndjson', import.meta.url);
const tell = (text) => appendFileSync(new URL('said.txt', import.meta.url), text + '\\n');
const fail = (status) => { throw Object.assign(new Error('it failed with ' + status), { status }); };
const say = {
  name: 'test.say', describe: ({ text }) => 'say ' + text, preview: () => ({}), irreversible: 'said is said',
  apply: async ({ text }, { options }) => { if (options.status) fail(options.status); tell(text); return {}; },
};
const line = { ...say, name: 'test.line', key: ({ number }) => 'line ' + number };
const none = ({ z }) => z.object({});
export default {
  name: 'test', apiVersion: 1,
  channels: {
    say: {
      options: ({ z, secret }) => z.object({ status: z.number().optional(), token: secret().optional(), missing: z.boolean().optional() }), effects: [say],
      preflight: async ({ id, options }) => options.missing ? [{ level: 'error', code: 'no-token', subject: id, message: 'there is no token' }] : [],
      send: async (job) => { await job.effect(say, { text: job.id + ': ' + job.message.title + (job.message.body ? ' / ' + job.message.body : '') }); },
    },
    lines: { options: none, effects: [line], send: async (job) => {
      for (const number of [1, 2]) await job.effect(line, { number, text: 'line ' + number + ' on ' + job.occasion });
    } },
    quiet: { options: none, effects: [say], send: async () => {} },
    broken: { options: none, effects: [say], send: () => { throw new TypeError('slip'); } },
    stranger: { options: none, effects: [say], send: (job) => job.effect({ ...say }, { text: 'x' }) },
    hidden: { options: ({ z }) => z.object({ status: z.number().optional() }), effects: [say], send: async (job) => { job.effect(say, { text: 'x' }); } },
  },
  registries: {
    web: {
      options: ({ z }) => z.object({ url: z.string() }), effects: [],
      locate: ({ name }, { options }) => options.url.replace('(userinfo)', 'me:pw@') + '/' + name, publish: async () => {},
    },
    keeper: {
      options: none, effects: [], publish: async () => {},
      record: {
        write: async (job, bytes) => writeFileSync(record, bytes),
        read: async () => existsSync(record) ? readFileSync(record) : undefined,
      },
    },
  },
  formats: { txt: { scope: 'cell', group: 'archive', kind: 'archive', ext: 'txt', options: none, *write() { yield Buffer.from('x'); } } },
};
`;

/** A project of two platforms whose channels are given; \`more\` are further lines of its configuration. */
export function notifyProject(notify: string, more = ''): SessionProject {
  const made = 'packages: { txt: {} }\ncontents: [{ from: doc.txt, to: share/ }]';
  return new SessionProject(`${made}\nnotify: ${notify}\n${more}`, { 'plugin.mjs': PLUGIN, 'doc.txt': 'x' });
}

/** What channels were told, in no order. */
export function said(project: SessionProject): readonly string[] {
  if (!project.names('.').includes('said.txt')) return [];
  return project.read('said.txt').split('\n').slice(0, -1).toSorted();
}
