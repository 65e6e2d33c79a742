import type { FileEntry, FormatJob, ServicePlace } from '@provisioning-dist/core';

/** What a package tells systemd of its services. */

interface Services {
  readonly services?: FormatJob<unknown>['services'] | undefined;
}

/** The files as entries at their places: those are systemd's, whatever the rules of the format. */
export function serviceEntries({ services = [] }: Services, place: ServicePlace): readonly FileEntry[] {
  const common = { type: 'file', owner: 'root', group: 'root', role: 'service', component: 'main' } as const;
  return services.flatMap(({ files }) =>
    files(place).map(({ path, text, mode }): FileEntry => {
      const bytes = Buffer.from(text);
      return { ...common, path, mode, size: bytes.length, source: { bytes } };
    }),
  );
}

/** Whether each unit that was made of a service is to be enabled, by its path; nothing of others, whatever their names. */
export function enabling({ services = [] }: Services, place: ServicePlace): (path: string) => boolean | undefined {
  const byPath = new Map(services.flatMap(({ files, enable }) => files(place).map(({ path }) => [path, enable])));
  return (path) => byPath.get(path);
}
