import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { isCalendar, isCapability } from '../../src/config/service-words.ts';

// each was shown to `systemd-analyze calendar`, which takes the first and refuses the second
const TAKEN = [
  'Daily',
  'daily UTC',
  'mon',
  'Monday, 10:00',
  'Mon-Fri',
  'Mon,Tue..Thu 3:0',
  '*-*-1..7/2',
  '*-2~3',
  '5-1',
  '*:0/5',
  '2026..2028-*-* 00:00:00',
  '*-*-* *:*:* Europe/Paris',
];
const REFUSED = ['', 'UTC', 'every day', '*:*/5', 'Sat..Mon', '12:30:60', '24:00', '10-5..1', '0/0:00', '*-13-1', '10:00 Mon', 'daily 10:00'];

describe('a calendar event', () => {
  for (const text of TAKEN) it(`may be "${text}"`, () => assert.equal(isCalendar(text), true));
  for (const text of REFUSED) it(`is not "${text}"`, () => assert.equal(isCalendar(text), false));
  it('is told at once', () => assert.equal(isCalendar(`${'1..2,'.repeat(20_000)}x`), false));
});

describe('a capability', () => {
  it('is one of the kernel', () => assert.equal(isCapability('CAP_NET_RAW'), true));
  it('is nothing else', () => assert.deepEqual(['CAP_FLY', 'NET_RAW', 'CAP_'].map(isCapability), [false, false, false]));
});
