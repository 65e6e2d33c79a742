import { DistError } from '@provisioning-dist/core';

/** `source` says where the address is from; the address itself may be a secret. */
export function addressRefused(source: string, state: string, hint: string): DistError {
  return new DistError('address-refused', `Cannot send to the address of ${source}: ${state}`, { hint });
}

export function headerRefused(name: string, source: string): DistError {
  return new DistError('header-refused', `Cannot send the header "${name}" of ${source}: it holds a control character or something beyond Latin-1`, {
    hint: 'the secret must be one line',
  });
}
