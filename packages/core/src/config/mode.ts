import type { DistError } from '../errors.ts';
import type { Position } from './config.ts';
import { wrongValue } from './errors.ts';
import type { ConfigNode } from './position.ts';

const HINT = "write it in octal: '0755', or 0o755 in YAML";
/** As decimal numbers these are almost surely permissions typed without quotes: 0400, 0440, 0444, 0500. */
const LOOKS_OCTAL = new Set([400, 440, 444, 500]);

function ofNumber(value: number, source: string | undefined): number | string {
  if (!Number.isInteger(value) || value < 0 || value > 0o7777) return 'it is outside 0 to 0o7777';
  if (source !== undefined) return /^0o[0-7]+$/.test(source) ? value : 'a decimal number is ambiguous here';
  // a module's 0o755 and 493 arrive alike; 755 would set the sticky bit
  return value > 0o777 || LOOKS_OCTAL.has(value) ? 'a decimal number is ambiguous here' : value;
}

function ofText(value: string): number | string {
  return /^(0o)?[0-7]{3,5}$/.test(value) && Number.parseInt(value.replace('0o', ''), 8) <= 0o7777
    ? Number.parseInt(value.replace('0o', ''), 8)
    : 'it is no octal number of three or four digits';
}

/** Permission bits from `'0755'` or `0o755`. Anything that could mean two things is refused. */
export function readMode(value: string | number, node: ConfigNode | undefined, at: Position): number | DistError {
  const source = node?.kind === 'scalar' ? node.source : undefined;
  const mode = typeof value === 'string' ? ofText(value) : ofNumber(value, source);
  return typeof mode === 'number' ? mode : wrongValue(at, source ?? String(value), mode, HINT);
}
