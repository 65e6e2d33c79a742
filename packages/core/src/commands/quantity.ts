import * as Flags from '@oclif/core/flags';
import type { OptionFlag } from '@oclif/core/interfaces';
import { DistError, EXIT } from '../errors.ts';

/** Factors by unit; the empty unit is what a bare number means. */
export type Units = Readonly<Record<string, number>>;

export const DURATION: Units = { '': 1000, ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
export const SIZE: Units = { '': 1, B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

/** A number with a unit: milliseconds of `30m`, bytes of `2GiB`. */
export function parseQuantity(flag: string, text: string, units: Units): number {
  const match = /^(\d+(?:\.\d+)?)([a-z]*)$/i.exec(text);
  const factor = match && units[match[2] ?? ''];
  const amount = Number(match?.[1]) * (factor ?? 0);
  if (amount > 0 && Number.isFinite(amount)) return Math.round(amount);
  throw new DistError('bad-quantity', `Cannot read --${flag} "${text}": it is no positive number with a unit`, {
    exit: EXIT.usage,
    hint: `units are ${Object.keys(units).filter(Boolean).join(', ')}`,
  });
}

/** A flag that takes a quantity. */
export function quantityFlag(
  flag: string,
  units: Units,
  described: { readonly summary: string; readonly helpValue: string; readonly helpGroup: string },
): OptionFlag<number | undefined> {
  return Flags.custom<number>({ ...described, parse: async (text) => parseQuantity(flag, text, units) })();
}
