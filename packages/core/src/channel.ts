import type { z } from 'zod';
import type { AnyEffect } from './effect.ts';
import type { RegistryJob } from './jobs.ts';
import type { OptionsKit } from './kit.ts';
import type { Finding } from './model/finding.ts';

/** Where people are told. */

export type MessageType = 'release' | 'pre-release' | 'rollback' | 'security' | 'failure';

export const MESSAGE_TYPES: readonly MessageType[] = ['release', 'pre-release', 'rollback', 'security', 'failure'];

/** What is told; a channel lays it out in its own way. Texts are plain, but for `body`. */
export interface Message {
  readonly type: MessageType;
  readonly urgent: boolean;
  /** One line: `acme 1.2.0 is released`. */
  readonly title: string;
  /** Markdown (CommonMark): the notes of the release, or what happened. */
  readonly body?: string;
  /** The artifacts' public addresses, in the order of their names; empty where nothing has one. */
  readonly links: readonly { readonly name: string; readonly url: string }[];
}

export interface ChannelJob<Options> extends RegistryJob<Options> {
  readonly message: Message;
  /**
   * What tells this announcement from every other one: product, version, type and, when it is repeated on purpose, a number. The host puts it
   * in front of the key of every effect `send` runs, so that no message goes out twice; it also serves for ids the other side knows.
   */
  readonly occasion: string;
}

export interface ChannelDefinition<Options> {
  readonly options: (kit: OptionsKit) => z.ZodType<Options>;
  /**
   * Sending is an effect without `probe`: it is made 0 or 1 times, and one in doubt is listed, not repeated. Without a `key` of its own there
   * is one of it per announcement. Its input is what is sent, since previews show it, without addresses that are secret.
   */
  readonly effects: readonly AnyEffect[];
  /** Credentials and addresses that would fail. Sends nothing. */
  readonly preflight?: (job: RegistryJob<Options>) => Promise<readonly Finding[]>;
  readonly send: (job: ChannelJob<Options>) => Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: definitions are contravariant in their options; a record of them has no common supertype but this
export type AnyChannel = ChannelDefinition<any>;

/** Types a channel: the handlers see the options its schema parses to. */
export function defineChannel<Options>(channel: ChannelDefinition<Options>): ChannelDefinition<Options> {
  return channel;
}
