/** Words that systemd looks at only when it loads a unit, and passes over when it does not know them. */

const SHORT = /^(?:minutely|hourly|daily|weekly|monthly|quarterly|semiannually|yearly|annually)$/i;
const ZONE = /^(?:UTC|[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)+)$/;
const DAYS: readonly string[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const DAY = '(?:mon(?:day)?|tue(?:sday)?|wed(?:nesday)?|thu(?:rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)';
const SOME_DAYS = `${DAY}(?:(?:\\.\\.|-)${DAY})?`;
const YEAR = values('(?:19[7-9]\\d|2[01]\\d\\d)');
const MONTH = values('(?:0?[1-9]|1[0-2])');
const MONTH_DAY = values('(?:0?[1-9]|[12]\\d|3[01])');
const HOUR = values('(?:[01]?\\d|2[0-3])');
const SIXTY = values('[0-5]?\\d');

/** In this order; any may be left out. */
const PARTS: readonly RegExp[] = [
  new RegExp(`^${SOME_DAYS}(?:,${SOME_DAYS})*,?$`, 'i'),
  new RegExp(`^(?:${YEAR}-)?${MONTH}[-~]${MONTH_DAY}$`),
  new RegExp(`^${HOUR}:${SIXTY}(?::${SIXTY})?$`),
];
const RANGE = /(\d+)\.\.(\d+)|([a-z]+)(?:\.\.|-)([a-z]+)/gi;

/** `*`, or values, ranges and repetitions. */
function values(value: string): string {
  const one = `${value}(?:\\.\\.${value})?(?:/0*[1-9]\\d{0,3})?`;
  return `(?:\\*|${one}(?:,${one})*)`;
}

/** Whether a text is a calendar event as systemd.time(7) has them, without fractions of seconds. */
export function isCalendar(text: string): boolean {
  const words = text.split(/ +/);
  if (words.length > 1 && ZONE.test(words.at(-1) as string)) words.pop();
  if (words.length === 1 && SHORT.test(words[0] as string)) return true;
  let next = 0;
  for (const word of words) {
    const part = PARTS.findIndex((pattern, index) => index >= next && pattern.test(word));
    if (part < 0 || !goesForward(word)) return false;
    next = part + 1;
  }
  return true;
}

/** systemd takes neither `Sat..Mon` nor `5..1`. */
function goesForward(word: string): boolean {
  const dayOf = (day: string): number => DAYS.indexOf(day.slice(0, 3).toLowerCase());
  return [...word.matchAll(RANGE)].every(([, from = '', to = '', first = '', last = '']) =>
    first === '' ? Number(from) <= Number(to) : dayOf(first) <= dayOf(last),
  );
}

/** capabilities(7), without the prefix. */
const CAPABILITIES: readonly string[] =
  `AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID IPC_LOCK
  IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE NET_BROADCAST NET_RAW PERFMON SETFCAP SETGID
  SETPCAP SETUID SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG
  SYSLOG WAKE_ALARM`.split(/\s+/);

export function isCapability(text: string): boolean {
  return text.startsWith('CAP_') && CAPABILITIES.includes(text.slice('CAP_'.length));
}
