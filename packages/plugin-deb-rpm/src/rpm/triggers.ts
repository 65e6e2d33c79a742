import { type Dependency, dependency } from './dependencies.ts';
import { type Field, int32, numbers, texts } from './header.ts';
import { interpreterNeeds, parseScript, type Script } from './script-text.ts';
import { SENSE, TAG } from './tags.ts';

/** Scripts that are run for other packages, or for paths of whatever package. */

export type TriggerMoment = 'prein' | 'in' | 'un' | 'postun';

export interface PackageTrigger {
  readonly on: TriggerMoment;
  /** Relations in their usual form; any of them pulls it. */
  readonly packages: readonly string[];
  readonly script: string;
}

export interface FileTrigger {
  readonly on: Exclude<TriggerMoment, 'prein'>;
  /** Beginnings of absolute paths. */
  readonly paths: readonly string[];
  readonly script: string;
  /** Once per transaction, not once per package. */
  readonly transaction: boolean;
  /** Higher ones run first. */
  readonly priority: number;
}

/** RPMTRIGGER_DEFAULT_PRIORITY */
export const USUAL_PRIORITY = 1_000_000;

const MOMENT: Readonly<Record<TriggerMoment, number>> = {
  prein: SENSE.triggerPreIn,
  in: SENSE.triggerIn,
  un: SENSE.triggerUn,
  postun: SENSE.triggerPostUn,
};

interface TriggerTags {
  readonly scripts: number;
  readonly programs: number;
  readonly name: number;
  readonly version: number;
  readonly flags: number;
  readonly index: number;
  readonly priorities?: number;
}

const PACKAGE: TriggerTags = {
  scripts: TAG.triggerScripts,
  programs: TAG.triggerScriptProg,
  name: TAG.triggerName,
  version: TAG.triggerVersion,
  flags: TAG.triggerFlags,
  index: TAG.triggerIndex,
};

const FILE: TriggerTags = {
  scripts: TAG.fileTriggerScripts,
  programs: TAG.fileTriggerScriptProg,
  name: TAG.fileTriggerName,
  version: TAG.fileTriggerVersion,
  flags: TAG.fileTriggerFlags,
  index: TAG.fileTriggerIndex,
  priorities: TAG.fileTriggerPriorities,
};

const TRANSACTION_FILE: TriggerTags = {
  scripts: TAG.transFileTriggerScripts,
  programs: TAG.transFileTriggerScriptProg,
  name: TAG.transFileTriggerName,
  version: TAG.transFileTriggerVersion,
  flags: TAG.transFileTriggerFlags,
  index: TAG.transFileTriggerIndex,
  priorities: TAG.transFileTriggerPriorities,
};

interface Trigger {
  readonly script: Script;
  readonly conditions: readonly Dependency[];
  readonly priority: number;
}

export interface Triggers {
  readonly fields: readonly Field[];
  readonly needs: readonly Dependency[];
}

export function triggersOf(packages: readonly PackageTrigger[], files: readonly FileTrigger[], own: string): Triggers {
  const fileTrigger = ({ script, paths, on, priority }: FileTrigger): Trigger => ({
    script: parseScript(script),
    conditions: paths.map((name) => ({ name, version: '', flags: MOMENT[on] })),
    priority,
  });
  const groups: readonly (readonly [TriggerTags, readonly Trigger[]])[] = [
    [
      PACKAGE,
      packages.map(({ script, packages: names, on }) => ({
        script: parseScript(script),
        conditions: names.map((name) => dependency(name, own, MOMENT[on])),
        priority: USUAL_PRIORITY,
      })),
    ],
    [FILE, files.filter(({ transaction }) => !transaction).map(fileTrigger)],
    [TRANSACTION_FILE, files.filter(({ transaction }) => transaction).map(fileTrigger)],
  ];
  return {
    fields: groups.flatMap(([tags, triggers]) => (triggers.length === 0 ? [] : triggerFields(tags, triggers))),
    needs: groups.flatMap(([, triggers]) => triggers.flatMap(({ script }) => interpreterNeeds(script, 0))),
  };
}

/** One row per condition, which says by its index which script it is for. */
function triggerFields(tags: TriggerTags, triggers: readonly Trigger[]): readonly Field[] {
  const rows = triggers.flatMap(({ conditions }, index) => conditions.map((condition) => ({ ...condition, index })));
  const priorities = triggers.map(({ priority }) => priority);
  return [
    texts(
      tags.scripts,
      triggers.map(({ script }) => script.body),
    ),
    texts(
      tags.programs,
      triggers.map(({ script }) => script.program),
    ),
    texts(
      tags.name,
      rows.map(({ name }) => name),
    ),
    texts(
      tags.version,
      rows.map(({ version }) => version),
    ),
    numbers(
      'int32',
      tags.flags,
      rows.map(({ flags }) => flags),
    ),
    int32(tags.index, ...rows.map(({ index }) => index)),
    ...(tags.priorities === undefined ? [] : [int32(tags.priorities, ...priorities)]),
  ];
}
