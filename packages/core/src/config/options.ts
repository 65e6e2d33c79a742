import type { z } from 'zod';
import { throwCollected } from '../errors.ts';
import type { OptionsKit, Secret } from '../plugin.ts';
import type { Redactor } from '../redact.ts';
import type { Position } from './config.ts';
import { dataNode } from './data-node.ts';
import { check } from './issues.ts';
import { createOptionsKit, strictTop } from './options-kit.ts';
import { originOf } from './position.ts';

export interface OptionsParserContext {
  readonly env: NodeJS.ProcessEnv;
  readonly redactor: Redactor;
  /** Folder of relative paths in options that no configuration holds; loaded options know their own. Default: the working directory. */
  readonly root?: string;
  /** Told every secret reference that a schema meets. */
  readonly onSecret?: (secret: Secret) => void;
}

export type OptionsSchema<Options> = (kit: OptionsKit) => z.ZodType<Options>;

export interface OptionsParser {
  /** The options of one instance by its plugin's schema; throws what is wrong with them, all together, each with file, line and key. */
  readonly parse: <Options>(schema: OptionsSchema<Options>, raw: unknown, at: Position) => Options;
}

/** Parses instances' options. Values of secrets are made known to the redactor as they are met. */
export function createOptionsParser(context: OptionsParserContext): OptionsParser {
  const { env, redactor, onSecret } = context;
  return {
    parse: (schema, raw, at) => {
      const root = originOf(raw)?.root ?? context.root ?? process.cwd();
      const kit = createOptionsKit({ env, root, onValue: redactor.add, ...(onSecret === undefined ? {} : { onSecret }) });
      return parseOptions(schema, raw, at, kit);
    },
  };
}

/** `raw` is the `options` of a loaded instance, or plain data (then `at` is all that errors can name). */
export function parseOptions<Options>(schema: OptionsSchema<Options>, raw: unknown, at: Position, kit: OptionsKit): Options {
  const { node, common } = originOf(raw) ?? { node: dataNode(raw, at), common: [] };
  const { value, errors } = check(strictTop(schema(kit)), raw, node, common);
  throwCollected(errors);
  return value as Options;
}
