import type { ProductConfig, ValidateInstance } from '../config/config.ts';
import type { OptionsParser } from '../config/options.ts';
import type { Host, Provided } from '../host.ts';
import type { AnyValidator } from '../validator.ts';

/** An instance under `validate:` with its plugin's definition and parsed options. */
export interface ResolvedValidator {
  readonly instance: ValidateInstance;
  readonly provided: Provided<AnyValidator>;
  readonly options: unknown;
}

export function resolveValidators(host: Pick<Host, 'validators'>, product: ProductConfig, parser: OptionsParser): readonly ResolvedValidator[] {
  return product.validate.flatMap((instance) => {
    const provided = host.validators.get(instance.use);
    if (!provided) return [];
    return [{ instance, provided, options: parser.parse(provided.definition.options, instance.options, instance.at) }];
  });
}
