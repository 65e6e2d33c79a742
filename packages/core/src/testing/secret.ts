import { inspect } from 'node:util';
import type { Secret } from '../plugin.ts';

/** A value no output may hold; the kit looks for it everywhere. */
export const CANARY = 'canary-7Q+x/2 "value"';

/** A secret as options hold it. */
export function testSecret(value: string = CANARY): Secret {
  const mask = (): '***' => '***';
  return Object.freeze({ source: 'env TEST_SECRET', reveal: async () => value, toJSON: mask, toString: mask, [inspect.custom]: mask });
}

/** The forms in which a text holds the canary, if any. */
export function canariesIn(text: string, value: string = CANARY): readonly string[] {
  const base64 = Buffer.from(value).toString('base64').replace(/=+$/, '').slice(0, -1);
  const forms = {
    'as it is': value,
    'in base64': base64,
    'in base64url': base64.replaceAll('+', '-').replaceAll('/', '_'),
    'in hex': Buffer.from(value).toString('hex'),
    'in a URL': encodeURIComponent(value),
    'in JSON': JSON.stringify(value).slice(1, -1),
  };
  return Object.entries(forms).flatMap(([name, form]) => (text.includes(form) ? [name] : []));
}
