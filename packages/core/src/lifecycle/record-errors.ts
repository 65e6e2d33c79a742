import type { PublishInstance } from '../config/config.ts';
import { whereOf } from '../config/errors.ts';
import { DistError, EXIT } from '../errors.ts';
import type { Release } from '../model/release.ts';
import { messageOf } from './effect-errors.ts';

/** `record` of its type: there when another one of it could. */
export function recordUnsupported({ id, use, at }: Pick<PublishInstance, 'id' | 'use' | 'at'>, record: unknown): DistError {
  const state = record === undefined ? `a registry of type "${use}" keeps none` : 'its options give no place for it';
  return new DistError('record-unsupported', `Cannot keep the journal in "${id}": ${state}`, {
    exit: EXIT.usage,
    where: whereOf(at),
    hint: record === undefined ? 'take "record: true" away from it' : 'say where, as "journal" of custom does, or take "record: true" away from it',
  });
}

export function recordUnreadable(id: string, cause: unknown): DistError {
  return new DistError('record-unreadable', `Cannot read the journal kept in "${id}": ${messageOf(cause)}`, {
    where: { subject: `publish.${id}` },
    cause,
    hint: 'what other machines did stands in it: try again, or keep it ("record: true") in a registry that every machine can reach',
  });
}

export function recordBroken(id: string): DistError {
  return new DistError('record-broken', `Cannot use the journal kept in "${id}": it is damaged`, {
    where: { subject: `publish.${id}` },
    hint: 'bring the journal of the machine that published, or remove that one: effects look at what is there before they act',
  });
}

export function recordOfOther(id: string, found: string, { product, version }: Release): DistError {
  return new DistError('journal-of-other-release', `Cannot use the journal kept in "${id}": it belongs to ${found}, not ${product} ${version}`, {
    where: { subject: `publish.${id}` },
  });
}
