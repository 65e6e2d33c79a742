import {
  type ChannelDefinition,
  type ChannelJob,
  DistError,
  defineChannel,
  defineEffect,
  type Effect,
  type HttpResponse,
  type Message,
} from '@provisioning-dist/core';
import type { Endpoint } from '../endpoint.ts';
import { problemOf } from '../problem.ts';

/** Services that take a message as one JSON object in one request. */
export interface ChatService<Options extends ChatOptions> {
  readonly name: string;
  readonly options: ChannelDefinition<Options>['options'];
  /** What is sent. No address and no secret: it is journaled. */
  readonly layout: (message: Message, options: Options) => object;
  readonly target: (options: Options) => Promise<Target>;
  /** The service's own words for why it did not take the message, where it says so with status 200. */
  readonly refusal?: (response: HttpResponse) => string | undefined;
}

export interface ChatOptions {
  /** Milliseconds without any byte moving. */
  readonly timeout: number;
}

export interface Target extends Endpoint {
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

interface Post {
  readonly title: string;
  readonly body: string;
}

interface Sent {
  readonly status: number;
}

export function chat<Options extends ChatOptions>(service: ChatService<Options>): ChannelDefinition<Options> {
  const send = sending(service);
  return defineChannel({
    options: service.options,
    effects: [send],
    // Addresses and secrets that could not be used. Asks nobody.
    preflight: ({ id, options }) => problemOf(id, () => service.target(options)),
    send: async (job: ChannelJob<Options>) => {
      const { message, options } = job;
      await job.effect(send, { title: message.title, body: JSON.stringify(service.layout(message, options)) });
    },
  });
}

/** Nobody can ask a service whether it got a message: it is sent once, and one in doubt is listed. */
function sending<Options extends ChatOptions>({ name, target, refusal }: ChatService<Options>): Effect<Post, Sent, Options> {
  return defineEffect<Post, Sent, Options>({
    name: `${name}.send`,
    describe: ({ title }) => `send "${title}"`,
    preview: () => ({ status: 200 }),
    apply: async ({ body }, { options, http, signal }) => {
      const { url, hidden, headers } = await target(options);
      const sent = { 'content-type': 'application/json; charset=utf-8', ...headers };
      try {
        const response = await http(url, { method: 'POST', headers: sent, body, timeout: options.timeout, signal, confidential: true });
        const reason = refusal?.(response);
        if (reason !== undefined) throw refused(url, reason);
        return { status: response.status };
      } catch (error) {
        throw hidden(error);
      }
    },
    irreversible: 'who got the message has it; send one of type rollback',
  });
}

/** As a status of 400 would be: it did not arrive, and would not when it is sent again. */
function refused(url: URL, reason: string): DistError {
  return new DistError('message-refused', `Cannot send to ${url.host}: it answered ${reason}`, { data: { status: 400 } });
}
