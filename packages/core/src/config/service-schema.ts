import { z } from 'zod';
import { createOptionsKit } from './options-kit.ts';
import { isCalendar, isCapability } from './service-words.ts';
import { lineText, names, nameText, pathText, selectors } from './text-schemas.ts';

/** The section `services` as people write it. */

// the kit's other types read the environment; these read nothing
const { duration, bytes } = createOptionsKit({ env: {}, root: '.', onValue: () => undefined });

export interface RawService {
  readonly exec: string | readonly string[];
  readonly description?: string | undefined;
  readonly user?: string | undefined;
  readonly group?: string | undefined;
  readonly createUser?: boolean | undefined;
  readonly workingDir?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly envFile?: string | undefined;
  readonly restart?: Policy | RawRestart | undefined;
  readonly stopTimeout?: number | undefined;
  readonly reload?: string | readonly string[] | undefined;
  readonly after?: readonly string[] | undefined;
  readonly requires?: readonly string[] | undefined;
  readonly dirs?: Readonly<Partial<Record<Dir, true | string | undefined>>> | undefined;
  readonly ports?: readonly number[] | undefined;
  readonly limits?: { readonly nofile?: number | undefined; readonly memory?: number | undefined; readonly tasks?: number | undefined } | undefined;
  readonly hardening?: Level | RawHardening | undefined;
  readonly schedule?: string | RawSchedule | undefined;
  readonly scope?: 'system' | 'user' | undefined;
  readonly enable?: boolean | undefined;
  readonly notify?: boolean | undefined;
  readonly component?: string | undefined;
  readonly variants?: readonly string[] | undefined;
  readonly platforms?: readonly string[] | undefined;
}

type Policy = 'no' | 'on-failure' | 'always';
type Level = 'none' | 'basic' | 'strict';
type Dir = 'config' | 'state' | 'cache' | 'logs' | 'runtime';

export interface RawRestart {
  readonly policy?: Policy | undefined;
  readonly delay?: number | undefined;
  readonly burst?: { readonly count: number; readonly within: number } | undefined;
}

export interface RawHardening {
  readonly level?: Level | undefined;
  readonly jit?: boolean | undefined;
  readonly devices?: boolean | undefined;
  readonly home?: boolean | 'read-only' | undefined;
  readonly containers?: boolean | undefined;
  readonly netlink?: boolean | undefined;
  readonly proc?: boolean | undefined;
  readonly setuid?: boolean | undefined;
  readonly write?: readonly string[] | undefined;
  readonly capabilities?: readonly string[] | undefined;
}

export interface RawSchedule {
  readonly calendar: string;
  readonly persistent?: boolean | undefined;
  readonly jitter?: number | undefined;
}

/** useradd(8): what every system takes. `nobody` is everybody's. */
function account(): z.ZodString {
  return z
    .string()
    .regex(/^[a-z_][a-z0-9_-]{0,30}$/, 'an account is written in lower-case letters, digits, _ and -')
    .regex(/^(?!nobody$|nogroup$)/, 'other services run as it too: name an account of its own');
}

/** A backslash at the end of a line would join the next one to it. */
function plainLine(): z.ZodString {
  return lineText().regex(/[^\\]$/, 'it ends with a backslash');
}

/** What the values of unit files can carry. */
function carriedText(): z.ZodString {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  return z.string().regex(/^[^\x00-\x08\x0b-\x1f\x7f]*$/, 'it holds a control character');
}

function argv(what: string): z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>]> {
  return z.union([carriedText(), z.array(carriedText()).min(1, 'the list is empty')], `expected ${what}`);
}

/** A line break or a blank would begin something else. */
function unitNames(): z.ZodArray<z.ZodString> {
  return z.array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9:_.@-]*$/, 'it is no name of a service, nor of a unit'));
}

const policy = z.enum(['no', 'on-failure', 'always']);
const level = z.enum(['none', 'basic', 'strict']);
const calendar = z.string().refine(isCalendar, 'it is no calendar event, such as daily or Mon *-*-* 03:00');

/** systemd takes 0 for "never", or for nothing at all. */
function someTime(): z.ZodType<number> {
  return duration().refine((milliseconds) => milliseconds > 0, 'it is no time at all');
}

const directory = z
  .union([
    z.literal(true),
    z.string().regex(/^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[A-Za-z0-9][A-Za-z0-9_.-]*(?:\/[A-Za-z0-9_.-]+)*$/, 'it is no name of a folder'),
  ])
  .optional();

const hardening = z.strictObject({
  level: level.optional().describe('Default basic'),
  jit: z.boolean().optional().describe('It makes code at run time, as Node, Java and .NET do'),
  devices: z.boolean().optional().describe('It uses devices'),
  home: z
    .union([z.boolean(), z.literal('read-only')])
    .optional()
    .describe('It uses the homes of users'),
  containers: z.boolean().optional().describe('It starts containers'),
  netlink: z.boolean().optional().describe('It lists network interfaces'),
  proc: z.boolean().optional().describe('It reads what /proc tells of the machine'),
  setuid: z.boolean().optional().describe('It runs sudo and other setuid programs'),
  write: z
    .array(z.string().regex(/^\/(?:(?!\.{1,2}(?:\/|$))[A-Za-z0-9_.@+-]+(?:\/|$))*$/, 'it is no plain absolute path'))
    .optional()
    .describe('Further folders it writes to'),
  capabilities: z.array(z.string().refine(isCapability, 'it is no capability, such as CAP_NET_RAW')).optional().describe('Privileges it keeps'),
});

const service = z.strictObject({
  exec: argv('a command').describe('Program and arguments; the program by its path in the distribution, or absolute. No shell'),
  description: plainLine().optional().describe('Default the first line of the description of the product'),
  user: account().optional().describe('Account it runs as; made at installation'),
  group: account().optional().describe('Default the group of the user'),
  createUser: z.boolean().optional().describe('Default true'),
  workingDir: pathText().optional().describe('Absolute'),
  env: z
    .record(z.string().regex(/^[A-Za-z_]\w*$/, 'a name of a variable holds letters, digits and _, no digit first'), carriedText())
    .optional()
    .describe('Variables; everybody can read them, so no secrets'),
  envFile: pathText().optional().describe('File of NAME=value lines; with - before it, one that may be absent'),
  restart: z
    .union([
      policy,
      z.strictObject({
        policy: policy.optional(),
        delay: duration().optional(),
        burst: z.strictObject({ count: z.int().min(1), within: someTime() }).optional(),
      }),
    ])
    .optional()
    .describe('Default on-failure'),
  stopTimeout: someTime().optional().describe('From the request to stop to the kill'),
  reload: argv('a signal or a command').optional().describe('A signal such as SIGHUP, or program and arguments'),
  after: unitNames().optional().describe('Services and units it is started after; network = when the network is up'),
  requires: unitNames().optional().describe('Those it cannot run without'),
  dirs: z
    .strictObject({ config: directory, state: directory, cache: directory, logs: directory, runtime: directory })
    .optional()
    .describe('Folders made for it: true, or a name'),
  ports: z.array(z.int().min(1).max(65_535)).optional().describe('Ports it listens on; those below 1024 need a privilege'),
  limits: z
    .strictObject({
      nofile: z.int().min(1).optional(),
      memory: bytes()
        .refine((size) => size > 0, 'it is no memory at all')
        .optional(),
      tasks: z.int().min(1).optional(),
    })
    .optional()
    .describe('Open files, memory, processes and threads'),
  hardening: z.union([level, hardening]).optional().describe('What it is kept from; default basic'),
  schedule: z
    .union([calendar, z.strictObject({ calendar, persistent: z.boolean().optional(), jitter: duration().optional() })])
    .optional()
    .describe('Run at these times instead of all the time'),
  scope: z.enum(['system', 'user']).optional().describe('Of the system (default), or of each user'),
  enable: z.boolean().optional().describe('Enabled and started at the first installation; default false'),
  notify: z.boolean().optional().describe('It tells the service manager when it is ready'),
  component: nameText().optional().describe('Component of the contents it belongs to; default main'),
  variants: names().optional(),
  platforms: selectors().optional(),
});

/** systemd.unit(5), without what escapes and instances need. */
const serviceName = z
  .string()
  .max(100, 'it is longer than 100 characters')
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'a name of a service holds letters, digits and _ . -');

export const servicesSchema: z.ZodType<Readonly<Record<string, RawService>>> = z
  .record(serviceName, service)
  .describe('Programs that packages make services of, by name') as z.ZodType<Readonly<Record<string, RawService>>>;
