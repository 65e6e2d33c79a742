import { defineServices, type Service, type ServiceFile, type ServicesDefinition } from '@provisioning-dist/core';
import { checkService } from './check.ts';
import { sysusers } from './sysusers.ts';
import { timerUnit } from './timer.ts';
import { serviceUnit } from './unit.ts';

export const systemd: ServicesDefinition = defineServices({ files: systemdFiles });

function systemdFiles(service: Service): readonly ServiceFile[] {
  checkService(service);
  const units = `usr/lib/systemd/${service.scope}`;
  const accounts = sysusers(service);
  const file = (path: string, text: string): ServiceFile => ({ path, text, mode: 0o644 });
  return [
    file(`${units}/${service.name}.service`, serviceUnit(service)),
    ...(service.schedule === undefined ? [] : [file(`${units}/${service.name}.timer`, timerUnit(service, service.schedule))]),
    ...(accounts === undefined ? [] : [file(`usr/lib/sysusers.d/${service.name}.conf`, accounts)]),
  ];
}
