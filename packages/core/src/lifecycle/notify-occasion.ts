import type { MessageType } from '../channel.ts';
import type { AnyEffect } from '../effect.ts';
import type { Release } from '../model/release.ts';
import type { JournalRecord } from './journal-record.ts';
import type { EffectStates } from './journal-state.ts';

/** What makes an announcement one of a kind, so that no run repeats it. */

/** The instance of a channel in the journal: no name under `publish:` holds a colon. */
export function channelInstance(id: string): string {
  return `${PREFIX}${id}`;
}

const PREFIX = 'notify:';

/** The id under `notify:` of an instance in the journal; undefined for a registry's. */
export function channelIdOf(instance: string): string | undefined {
  return instance.startsWith(PREFIX) ? instance.slice(PREFIX.length) : undefined;
}

/** Without blanks inside its parts: names and versions have none. `round`: as `roundOf` counts them. */
export function occasionOf({ product, version }: Release, type: MessageType, round = 0): string {
  return `${product} ${version} ${type}${round === 0 ? '' : ` after rollback ${round}`}`;
}

/**
 * How often the release was taken back and published again: each time people are told anew. `anew` counts a publishing that is about to begin;
 * a second rollback of the same round is the same news.
 */
export function roundOf(records: readonly JournalRecord[], anew = false): number {
  let round = 0;
  let isBack = false;
  for (const record of records) {
    if (isBack && isPublishing(record)) {
      round++;
      isBack = false;
    } else if (record.type === 'end' && record.command === 'rollback') isBack ||= record.outcome === 'ok' && record.only === undefined;
  }
  return anew && isBack ? round + 1 : round;
}

function isPublishing(record: JournalRecord): boolean {
  if (record.type === 'begin') return record.phase === undefined && channelIdOf(record.instance) === undefined;
  return record.type === 'start';
}

/** The same again: numbered after those the journal has of this channel. */
export function nextOccasion(occasion: string, channel: string, told: EffectStates): string {
  const instance = channelInstance(channel);
  const numbers = [...told.values()].filter((state) => state.instance === instance).map(({ key }) => numberOf(key, occasion));
  const last = Math.max(0, ...numbers);
  return last === 0 ? occasion : `${occasion} #${last + 1}`;
}

/** 0 for a key of another occasion. */
function numberOf(key: string, occasion: string): number {
  if (!key.startsWith(occasion)) return 0;
  const [, number = '1'] = /^(?: #(\d+))?(?:: |$)/.exec(key.slice(occasion.length)) ?? [undefined, '0'];
  return Number(number);
}

/** The channel's effects with the occasion in their keys. Texts may change between two runs: without a key of its own the occasion alone counts. */
export function effectsOn(occasion: string, effects: readonly AnyEffect[]): ReadonlyMap<AnyEffect, AnyEffect> {
  return new Map(effects.map((effect) => [effect, { ...effect, key: (input: unknown) => keyOf(effect, occasion, input) }]));
}

function keyOf({ key }: AnyEffect, occasion: string, input: unknown): string {
  return key ? `${occasion}: ${key(input)}` : occasion;
}
