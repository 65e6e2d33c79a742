import { join } from 'node:path';
import { HOOK_VARIABLE } from '../config/hook-sections.ts';
import { buildDirOf } from './build-dir.ts';
import type { HookTurn } from './config-hooks-turn.ts';
import type { RunContext } from './run-context.ts';

/** What the environment of a hook tells of its turn. What does not apply is not set. */
export function hookVariables(run: RunContext, turn: HookTurn): Record<string, string> {
  const { release } = run.plan;
  const { platform, variant, artifact } = turn.subject;
  const values = {
    PRODUCT: release.product,
    NAME: release.name,
    VERSION: release.version,
    SNAPSHOT: String(release.snapshot),
    COMMIT: release.commit,
    STEP: turn.group,
    WHEN: turn.when,
    PLATFORM: platform?.name,
    OS: platform?.os,
    CPU: platform?.cpu,
    VARIANT: variant,
    FORMAT: artifact?.format,
    ARTIFACT: artifact && join(run.outputDir, artifact.name),
    ARTIFACT_NAME: artifact?.name,
    ARTIFACTS_DIR: run.outputDir,
    REGISTRY: registriesOf(run, turn)?.join(','),
    CHANNEL: channelsOf(run, turn)?.join(','),
    BUILD_DIR: platform && buildDirOf(run, platform),
    DIST_DIR: run.product.paths.dist,
  };
  const set = Object.entries(values).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return { SOURCE_DATE_EPOCH: String(release.date), ...Object.fromEntries(set.map(([name, value]) => [HOOK_VARIABLE + name, value])) };
}

function registriesOf({ plan }: RunContext, { group, subject }: HookTurn): readonly string[] | undefined {
  if (group === 'publish') return subject.registries ?? plan.publish.filter(({ skipped }) => skipped === undefined).map(({ id }) => id);
  return group === 'rollback' ? (subject.registries ?? plan.publish.map(({ id }) => id)) : undefined;
}

function channelsOf({ channels, selection }: RunContext, { group, subject }: HookTurn): readonly string[] | undefined {
  if (group !== 'notify') return undefined;
  const ids = channels.map(({ instance }) => instance.id);
  return subject.channels ?? ids.filter((id) => selection.leftOut('notify', id) === undefined);
}
