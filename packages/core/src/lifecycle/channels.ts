import type { AnyChannel } from '../channel.ts';
import type { NotifyInstance, ProductConfig } from '../config/config.ts';
import type { OptionsParser } from '../config/options.ts';
import type { Host, Provided } from '../host.ts';

/** An instance under `notify:` with its plugin's definition and parsed options. */
export interface ResolvedChannel {
  readonly instance: NotifyInstance;
  readonly provided: Provided<AnyChannel>;
  readonly options: unknown;
}

export function resolveChannels(host: Pick<Host, 'channels'>, product: ProductConfig, parser: OptionsParser): readonly ResolvedChannel[] {
  return product.notify.flatMap((instance) => {
    const provided = host.channels.get(instance.use);
    if (!provided) return [];
    return [{ instance, provided, options: parser.parse(provided.definition.options, instance.options, instance.at) }];
  });
}
