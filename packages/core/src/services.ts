import type { Entry } from './model/entry.ts';
import type { Service } from './model/service.ts';

/** What `services:` becomes in packages. */

/** A file that tells a service manager of a service. */
export interface ServiceFile {
  /** Where it is installed, without the leading slash. */
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

/** Writes services down for one service manager. */
export interface ServicesDefinition {
  /** Pure. */
  readonly files: (service: Service) => readonly ServiceFile[];
}

/** Where a format installs an entry, without the leading slash. */
export type ServicePlace = (entry: Pick<Entry, 'path' | 'role' | 'type'>) => string;

/** One service of a package. */
export interface ServiceFiles extends Pick<Service, 'name' | 'enable' | 'scope'> {
  readonly files: (place: ServicePlace) => readonly ServiceFile[];
}

/** Types the services of a plugin. */
export function defineServices(services: ServicesDefinition): ServicesDefinition {
  return services;
}
