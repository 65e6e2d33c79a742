/** A program a system runs in the background, with its paths as they are once installed. */
export interface Service {
  readonly name: string;
  readonly description: string;
  /** The program by its absolute path, then its arguments. */
  readonly exec: readonly [string, ...string[]];
  readonly user?: string;
  readonly group?: string;
  /** Whether the account is made at installation. */
  readonly createUser: boolean;
  readonly workingDir?: string;
  readonly env: Readonly<Record<string, string>>;
  /** A file of `NAME=value` lines; one that may be absent begins with `-`. */
  readonly envFile?: string;
  readonly restart: ServiceRestart;
  /** Milliseconds from the request to stop to the kill. */
  readonly stopTimeout?: number;
  /** A signal such as `SIGHUP`, or a program by its absolute path with its arguments. */
  readonly reload?: string | readonly [string, ...string[]];
  readonly after: readonly string[];
  readonly requires: readonly string[];
  /** Folders that are made for it, by their names below `/etc`, `/var/lib`, `/var/cache`, `/var/log` and `/run`. */
  readonly dirs: Readonly<Partial<Record<ServiceDir, string>>>;
  readonly ports: readonly number[];
  readonly limits: ServiceLimits;
  readonly hardening: ServiceHardening;
  readonly schedule?: ServiceSchedule;
  /** Of the system, or of each user's own manager. */
  readonly scope: 'system' | 'user';
  /** Whether a first installation enables it. */
  readonly enable: boolean;
  /** It says itself when it is ready (`READY=1`). */
  readonly notify: boolean;
}

export type ServiceDir = 'config' | 'state' | 'cache' | 'logs' | 'runtime';

export interface ServiceRestart {
  readonly policy: 'no' | 'on-failure' | 'always';
  /** Milliseconds before it is started again. */
  readonly delay?: number;
  /** Starts within a time (milliseconds) after which it is left down. */
  readonly burst?: { readonly count: number; readonly within: number };
}

export interface ServiceLimits {
  readonly nofile?: number;
  /** Bytes. */
  readonly memory?: number;
  readonly tasks?: number;
}

/** What a service is kept from, and what it needs all the same. */
export interface ServiceHardening {
  readonly level: 'none' | 'basic' | 'strict';
  /** It makes code at run time. */
  readonly jit: boolean;
  readonly devices: boolean;
  readonly home: boolean | 'read-only';
  /** It starts containers. */
  readonly containers: boolean;
  /** It lists network interfaces. */
  readonly netlink: boolean;
  /** It reads what /proc tells of the machine. */
  readonly proc: boolean;
  /** It runs setuid programs. */
  readonly setuid: boolean;
  /** Absolute paths it writes to. */
  readonly write: readonly string[];
  readonly capabilities: readonly string[];
}

export interface ServiceSchedule {
  /** As systemd.time(7) has calendar events. */
  readonly calendar: string;
  /** Makes up for a time that was slept through. */
  readonly persistent: boolean;
  /** Milliseconds of random delay, at most. */
  readonly jitter?: number;
}
