import { DistError, EXIT } from '@provisioning-dist/core';

export function badService(name: string, key: string, state: string): DistError {
  return new DistError('service-invalid', `Cannot write the unit of service ${JSON.stringify(name)}: ${key}: ${state}`, {
    exit: EXIT.usage,
    where: { subject: `services.${name}.${key}` },
  });
}
