import type { Message, MessageType } from '../channel.ts';
import type { ArtifactKind, ArtifactRef } from '../model/artifact.ts';
import type { Release } from '../model/release.ts';
import { mapStrings } from './canonical-json.ts';
import type { EffectStates } from './journal-state.ts';
import { inspectOutputFolder } from './output-folder.ts';
import { locator } from './publish.ts';
import { publishTargets } from './publish-targets.ts';
import { placeholders } from './release-artifacts.ts';
import type { RunContext } from './run-context.ts';

/** What there is to say about a release; channels lay it out. */

export interface MessageTexts {
  /** One line, instead of the usual one. */
  readonly title?: string;
  /** Markdown: the notes, or what happened. */
  readonly body?: string;
  readonly urgent?: boolean;
  /** For `rollback`: the version clients get instead. */
  readonly to?: string;
}

/** `told` is what the journal knows: links lead to registries that have made something public, where it knows of any. */
export function releaseMessage(run: RunContext, type: MessageType, texts: MessageTexts = {}, told: EffectStates = new Map()): Message {
  const { title = usualTitle(run.plan.release, type, texts.to), urgent = false } = texts;
  const body = texts.body ?? (LINKED.has(type) ? run.plan.release.notes : undefined);
  const message = { type, urgent, title, ...(body === undefined ? {} : { body }), links: LINKED.has(type) ? linksOf(run, told) : [] };
  // A failure quotes what others said, and it goes to places that keep it for ever.
  return mapStrings(message, run.redact) as Message;
}

/** A release that failed or was taken back has nothing to fetch. */
const LINKED: ReadonlySet<MessageType> = new Set(['release', 'pre-release', 'security']);

function usualTitle({ name, version }: Release, type: MessageType, to: string | undefined): string {
  const titles: Readonly<Record<MessageType, string>> = {
    release: `${name} ${version} is released`,
    'pre-release': `${name} ${version} is out as a pre-release`,
    rollback: to === undefined ? `${name} ${version} is withdrawn` : `${name} ${version} is withdrawn, ${to} is current again`,
    security: `${name} ${version} fixes a security problem`,
    failure: `${name} ${version} could not be released`,
  };
  return titles[type];
}

function linksOf(run: RunContext, told: EffectStates): Message['links'] {
  const targets = publishTargets(run);
  const seen = new Set([...told.values()].filter(({ visible, state }) => visible && state === 'done').map(({ instance }) => instance));
  const registries = targets.map(({ id }) => id).filter((id) => seen.size === 0 || seen.has(id));
  const locate = locator(targets, run.plan.release);
  const addressOf = (artifact: ArtifactRef): string | undefined => registries.map((id) => locate(id, artifact)).find(isWebAddress);
  return announcedArtifacts(run).flatMap((artifact) => {
    const url = addressOf(artifact);
    return url === undefined ? [] : [{ name: artifact.name, url }];
  });
}

/** What the registry calls an address may be a folder of this machine. */
function isWebAddress(text: string | undefined): text is string {
  const url = text === undefined ? null : URL.parse(text);
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:') && url.username === '' && url.password === '';
}

/** For programs, not for readers of a message. */
const UNSAID: ReadonlySet<ArtifactKind> = new Set(['manifest', 'signature']);

/** As made by this run, else as the output folder has them, else as planned. */
function announcedArtifacts(run: RunContext): readonly ArtifactRef[] {
  const { name, version } = run.plan.release;
  const manifest = run.artifacts.size > 0 ? undefined : inspectOutputFolder(run.outputDir);
  const here = manifest?.name === name && manifest.version === version ? manifest.artifacts : run.artifacts.select();
  const artifacts = here.length > 0 ? here : placeholders(run);
  return artifacts.filter(({ kind }) => !UNSAID.has(kind)).toSorted((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
}
