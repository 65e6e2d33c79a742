import { resolve } from 'node:path';
import { z } from 'zod';
import type { OptionsKit, Secret } from '../plugin.ts';
import { createSecret, isSecretReference } from './secret.ts';

export interface OptionsKitContext {
  readonly env: NodeJS.ProcessEnv;
  /** The configuration's folder: relative secret files and commands are meant from there. */
  readonly root: string;
  /** Told every reference that a schema meets. */
  readonly onSecret?: (secret: Secret) => void;
  /** Told every value the moment it is known; usually the redactor's `add`. */
  readonly onValue: (value: string) => void;
}

/** Names the field in a JSON Schema, refuses what `read` cannot make sense of. */
function parsed<Value>(
  json: Record<string, unknown>,
  read: (raw: unknown, refuse: (state: string, hint?: string) => void) => Value | undefined,
): z.ZodType<Value> {
  return z
    .unknown()
    .meta(json)
    .transform((raw, context) => {
      const value = read(raw, (message, hint) => context.addIssue({ code: 'custom', message, ...(hint === undefined ? {} : { params: { hint } }) }));
      return value ?? z.NEVER;
    });
}

const SECRET_JSON = {
  description: 'Where the secret is; never the secret itself',
  anyOf: [
    { type: 'object', properties: { env: { type: 'string' } }, required: ['env'], additionalProperties: false },
    { type: 'object', properties: { file: { type: 'string' } }, required: ['file'], additionalProperties: false },
    {
      type: 'object',
      properties: { cmd: { type: 'array', items: { type: 'string' }, minItems: 1 } },
      required: ['cmd'],
      additionalProperties: false,
    },
  ],
};
const SECRET_HINT = 'write { env: NAME }, { file: PATH } or { cmd: [program, argument] }';

function secretType(context: OptionsKitContext): z.ZodType<Secret> {
  return parsed(SECRET_JSON, (raw, refuse) => {
    if (!isSecretReference(raw))
      return refuse(
        typeof raw === 'string' ? 'a secret must not stand in the configuration' : 'it is no reference to a secret',
        SECRET_HINT,
      ) as undefined;
    const secret = createSecret(raw, context);
    context.onSecret?.(secret);
    return secret;
  });
}

const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const BYTES: Readonly<Record<string, number>> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

function measure(raw: unknown, units: Readonly<Record<string, number>>, plainUnit: number): number | undefined {
  const [, digits = '', unit = ''] = (typeof raw === 'string' && /^(\d{1,15}(?:\.\d{1,6})?)\s?([A-Za-z]+)$/.exec(raw)) || [];
  const value = typeof raw === 'number' ? raw * plainUnit : Number(digits) * ((Object.hasOwn(units, unit) && units[unit]) || Number.NaN);
  const whole = Math.round(value);
  return Number.isSafeInteger(whole) && whole >= 0 && (typeof raw === 'number' || digits !== '') ? whole : undefined;
}

function measured(json: Record<string, unknown>, units: Readonly<Record<string, number>>, plainUnit: number, hint: string): z.ZodType<number> {
  return parsed(json, (raw, refuse) => measure(raw, units, plainUnit) ?? (refuse(`${JSON.stringify(raw)} is no ${json.title}`, hint) as undefined));
}

const DURATION_JSON = { title: 'duration', description: 'Such as 30s, 5m, 1h, or a number of seconds', type: ['string', 'number'] };
const BYTES_JSON = { title: 'size', description: 'Such as 512KiB, 2MiB, 1GiB, or a number of bytes', type: ['string', 'number'] };

function pathType(root: string): z.ZodType<string> {
  return parsed({ type: 'string', minLength: 1, description: 'File or folder, relative to the configuration' }, (raw, refuse) => {
    if (typeof raw !== 'string') return refuse('it is no path') as undefined;
    return isPath(raw) ? resolve(root, raw) : (refuse('it is empty or holds a control character') as undefined);
  });
}

function isPath(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  return text.trim() !== '' && !/[\0-\x1f\x7f]/.test(text);
}

/** The host's zod, with `z.object` refusing unknown keys: a slip in an option must not pass in silence. */
const strict: typeof z = { ...z, object: z.strictObject as unknown as typeof z.object };

/** What the option schemas of plugins are made from. */
export function createOptionsKit(context: OptionsKitContext): OptionsKit {
  return Object.freeze({
    z: strict,
    secret: () => secretType(context),
    duration: () => measured(DURATION_JSON, MILLISECONDS, 1000, 'write 30s, 5m, 1h or a number of seconds'),
    bytes: () => measured(BYTES_JSON, BYTES, 1, 'write 512KiB, 2MiB, 1GiB or a number of bytes'),
    path: () => pathType(context.root),
  });
}

/** A plugin that brings a zod of its own is held to the same rule, at least at the top. */
export function strictTop<Options>(schema: z.ZodType<Options>): z.ZodType<Options> {
  const object = schema as unknown as z.ZodObject;
  return object.def.type === 'object' && object.def.catchall === undefined ? (object.strict() as unknown as z.ZodType<Options>) : schema;
}
