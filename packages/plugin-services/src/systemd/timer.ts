import type { Service, ServiceSchedule } from '@provisioning-dist/core';
import { lines, plain, timeSpan } from './words.ts';

/** A timer is enabled, the service it starts is not. */
export function timerUnit({ description }: Service, { calendar, persistent, jitter }: ServiceSchedule): string {
  return [
    '[Unit]',
    `Description=${plain(description)} (timer)`,
    '',
    '[Timer]',
    `OnCalendar=${calendar}`,
    ...lines([
      ['Persistent', persistent ? 'yes' : undefined],
      ['RandomizedDelaySec', jitter === undefined ? undefined : timeSpan(jitter)],
    ]),
    '',
    '[Install]',
    'WantedBy=timers.target',
    '',
  ].join('\n');
}
