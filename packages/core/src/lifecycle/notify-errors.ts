import type { MessageType } from '../channel.ts';
import { DistError, EXIT } from '../errors.ts';
import type { Release } from '../model/release.ts';
import { messageOf } from './effect-errors.ts';

/** The channel's error under its own name. */
export function channelFailed(id: string, cause: unknown): DistError {
  const subject = `notify.${id}`;
  if (!(cause instanceof DistError))
    return new DistError('channel-failed', `Cannot tell "${id}": ${messageOf(cause)}`, { where: { subject }, cause });
  const { code, message, hint, data } = cause;
  return new DistError(code, message, {
    where: { ...cause.where, subject },
    ...behind(cause),
    ...(hint !== undefined && { hint }),
    ...(data && { data }),
  });
}

/** Sent perhaps, by this run or an earlier one; `cause` is what this one failed with. */
export function messageInDoubt(id: string, description: string, cause?: DistError): DistError {
  const state = cause ? cause.message : 'an earlier run began it and did not see the end';
  return new DistError('message-in-doubt', `Cannot tell whether "${id}" got the message (${description}): ${state}`, {
    where: { subject: `notify.${id}` },
    hint: `look for it there; "provisioning-dist notify --channel ${id} --again" sends it anew`,
    ...(cause && behind(cause)),
  });
}

/** What is behind an error, but for those that only hand it on. */
function behind(error: DistError): { readonly cause?: unknown } {
  let { cause } = error;
  while (cause instanceof DistError && cause.message === error.message) cause = cause.cause;
  return cause === undefined ? {} : { cause };
}

/** A channel whose plugin made no effect has sent nothing, whatever it says. */
export function channelSilent(id: string): DistError {
  return new DistError('channel-silent', `Cannot tell "${id}": its plugin sent nothing`, { where: { subject: `notify.${id}` } });
}

export function notToldOf(id: string, type: MessageType, on: readonly MessageType[]): DistError {
  return new DistError('not-told', `Cannot tell "${id}" of type "${type}": it is told of ${on.join(', ')}`, {
    exit: EXIT.usage,
    where: { subject: `notify.${id}.on` },
    hint: `add "${type}" to its "on"`,
  });
}

export function nobodyTold(
  { name, version }: Release,
  type: MessageType,
  { state, hint }: { readonly state: string; readonly hint: string },
): DistError {
  return new DistError('nobody-told', `Cannot announce ${name} ${version} (${type}): ${state}`, { exit: EXIT.usage, hint });
}

export function titleRefused(state: string): DistError {
  return new DistError('message-title', `Cannot use the title: ${state}`, { exit: EXIT.usage, hint: 'write one line of up to 300 characters' });
}

export function bodyRefused(file: string, state: string, cause?: unknown): DistError {
  return new DistError('message-body', `Cannot use "${file}" as message: ${state}`, {
    exit: EXIT.usage,
    hint: 'name a text file of up to 1 MiB',
    ...(cause !== undefined && { cause }),
  });
}
