import type { FileEntry, FormatJob, ServicePlace } from '@provisioning-dist/core';

interface Services {
  readonly services?: FormatJob<unknown>['services'] | undefined;
}

/** What a package tells the service manager, as entries at their places: those are the manager's, whatever the rules of the format. */
export function serviceEntries({ services = [] }: Services, place: ServicePlace): readonly FileEntry[] {
  const common = { type: 'file', owner: 'root', group: 'root', role: 'service', component: 'main' } as const;
  return services.flatMap(({ files }) =>
    files(place).map(({ path, text, mode }): FileEntry => {
      const bytes = Buffer.from(text);
      return { ...common, path, mode, size: bytes.length, source: { bytes } };
    }),
  );
}
