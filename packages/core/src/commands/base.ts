import { Command } from '@oclif/core/command';
import type { Config } from '@oclif/core/config';
import type { Arg, BooleanFlag, OptionFlag } from '@oclif/core/interfaces';
import { exitCodeOf } from '../report/problem.ts';
import { createReport, type Report, type ReportMode } from '../report/report.ts';
import { onInterrupt, timeLimit } from '../signals.ts';
import { outputFlags } from './flags.ts';

/** What parsing gives for a record of flags or arguments. */
export type Parsed<Inputs> = {
  readonly [Name in keyof Inputs]: Inputs[Name] extends OptionFlag<infer Value> | Arg<infer Value>
    ? Value
    : Inputs[Name] extends BooleanFlag<infer Value>
      ? Value | undefined
      : never;
};

/** What a command's work gets. */
export interface Work<Flags, Args> {
  readonly flags: Parsed<Flags & typeof outputFlags>;
  readonly args: Parsed<Args>;
  readonly report: Report;
  /** Aborted by SIGINT, SIGTERM and `--timeout`; its reason is a DistError. */
  readonly signal: AbortSignal;
}

export interface CommandDefinition<Flags, Args> {
  readonly summary: string;
  readonly description?: string;
  readonly aliases?: readonly string[];
  /** What to type after the program's name, and what it does. */
  readonly examples: readonly { readonly command: string; readonly description: string }[];
  readonly flags?: Flags;
  readonly args?: Args;
  /** Throws a DistError for every exit code but 0. */
  readonly work: (work: Work<Flags, Args>) => Promise<void>;
}

/** Parses, opens the report, listens to signals, reports the error and sets the exit code; a command only works. */
export abstract class BaseCommand extends Command {
  static override baseFlags: typeof outputFlags = outputFlags;

  protected abstract work(work: Work<unknown, unknown>): Promise<void>;

  override async run(): Promise<void> {
    const { flags, args } = await this.parse();
    const report = createReport({ mode: modeOf(flags), verbose: flags.verbose === true });
    const interruption = onInterrupt();
    const signal = withLimit(interruption.signal, flags.timeout);
    try {
      await this.work({ flags: flags as Parsed<typeof outputFlags>, args, report, signal });
    } catch (error) {
      // whatever broke after the signal broke because of it
      const reason: unknown = signal.aborted ? signal.reason : error;
      report.error(reason);
      process.exitCode = exitCodeOf(reason);
    } finally {
      interruption.dispose();
      report.close();
    }
  }
}

/** What a command's file exports by default: `const check: CommandClass = defineCommand({ … }); export default check`. */
export type CommandClass = typeof Command & (new (argv: string[], config: Config) => Command);

/** A command made from its parts. */
export function defineCommand<Flags, Args>(definition: CommandDefinition<Flags, Args>): CommandClass {
  const { summary, description, aliases = [], examples, flags = {}, args = {}, work } = definition;
  return class extends BaseCommand {
    static override summary = summary;
    static override description = description;
    static override aliases = [...aliases];
    static override examples = examples.map((example) => ({ ...example, command: `<%= config.bin %> ${example.command}` }));
    static override flags = flags as typeof Command.flags;
    static override args = args as typeof Command.args;

    // the parser fills in exactly what `flags` and `args` declare
    protected override work = (context: Work<unknown, unknown>): Promise<void> => work(context as unknown as Work<Flags, Args>);
  };
}

/** The report a command line asks for. */
export function modeOf(flags: { readonly json?: unknown; readonly quiet?: unknown }): ReportMode {
  if (flags.json === true) return 'json';
  return flags.quiet === true ? 'quiet' : 'auto';
}

function withLimit(signal: AbortSignal, milliseconds: unknown): AbortSignal {
  return typeof milliseconds === 'number' ? AbortSignal.any([signal, timeLimit(milliseconds)]) : signal;
}
