import type { Service, ServiceHardening } from '@provisioning-dist/core';

/** What a service is kept from. An exception leaves a comment that says why the line is not there. */

interface Rule {
  readonly line: string;
  readonly level: 'basic' | 'strict';
  /** Managers of users have no privilege for it. */
  readonly systemOnly?: boolean;
  /** systemd.exec(5), NoNewPrivileges: for an account without privileges it brings that along. */
  readonly seals?: boolean;
  /** Why it is left out. */
  readonly unless?: (hardening: ServiceHardening) => string | undefined;
  readonly instead?: (hardening: ServiceHardening) => string | undefined;
}

const JIT = 'jit: it makes code at run time';
const CONTAINERS = 'containers: it starts containers';
const SETUID = 'setuid: it runs setuid programs';
const PROC = 'proc: it reads what /proc tells of the machine';
const NETLINK = 'netlink: it lists network interfaces';

const RULES: readonly Rule[] = [
  { line: 'NoNewPrivileges=yes', level: 'basic', unless: ({ setuid }) => (setuid ? SETUID : undefined) },
  { line: 'ProtectSystem=strict', level: 'basic', systemOnly: true },
  {
    line: 'ProtectHome=yes',
    level: 'basic',
    systemOnly: true,
    unless: ({ home }) => (home === false ? undefined : 'home: it uses the homes of users'),
    instead: ({ home }) => (home === 'read-only' ? 'ProtectHome=read-only' : undefined),
  },
  { line: 'PrivateTmp=yes', level: 'basic', systemOnly: true },
  {
    line: 'PrivateDevices=yes',
    level: 'basic',
    seals: true,
    systemOnly: true,
    unless: ({ devices }) => (devices ? 'devices: it uses devices' : undefined),
  },
  { line: 'UMask=0077', level: 'strict' },
  {
    line: 'ProtectKernelTunables=yes',
    level: 'strict',
    seals: true,
    systemOnly: true,
    unless: ({ containers }) => (containers ? CONTAINERS : undefined),
  },
  { line: 'ProtectKernelModules=yes', level: 'strict', seals: true, systemOnly: true },
  { line: 'ProtectKernelLogs=yes', level: 'strict', seals: true, systemOnly: true },
  { line: 'ProtectControlGroups=yes', level: 'strict', systemOnly: true, unless: ({ containers }) => (containers ? CONTAINERS : undefined) },
  {
    line: 'ProtectClock=yes',
    level: 'strict',
    seals: true,
    systemOnly: true,
    unless: ({ devices }) => (devices ? 'devices: it uses devices' : undefined),
  },
  { line: 'ProtectHostname=yes', level: 'strict', seals: true, systemOnly: true },
  { line: 'ProtectProc=invisible', level: 'strict', systemOnly: true, unless: ({ proc }) => (proc ? PROC : undefined) },
  { line: 'ProcSubset=pid', level: 'strict', systemOnly: true, unless: ({ proc }) => (proc ? PROC : undefined) },
  { line: 'RestrictNamespaces=yes', level: 'strict', seals: true, unless: ({ containers }) => (containers ? CONTAINERS : undefined) },
  { line: 'RestrictRealtime=yes', level: 'strict', seals: true },
  { line: 'RestrictSUIDSGID=yes', level: 'strict', unless: ({ setuid }) => (setuid ? SETUID : undefined) },
  { line: 'LockPersonality=yes', level: 'strict', seals: true },
  { line: 'MemoryDenyWriteExecute=yes', level: 'strict', seals: true, unless: ({ jit }) => (jit ? JIT : undefined) },
  { line: 'RemoveIPC=yes', level: 'strict', systemOnly: true },
  {
    line: 'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6',
    level: 'strict',
    seals: true,
    unless: ({ netlink }) => (netlink ? NETLINK : undefined),
    instead: ({ setuid }) => (setuid ? undefined : 'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK'),
  },
  { line: 'SystemCallArchitectures=native', level: 'strict', seals: true },
  { line: 'SystemCallFilter=@system-service', level: 'strict', seals: true, unless: ({ containers }) => (containers ? CONTAINERS : undefined) },
  {
    line: 'SystemCallFilter=~@privileged @resources',
    level: 'strict',
    seals: true,
    unless: ({ containers }) => (containers ? CONTAINERS : undefined),
  },
  { line: 'SystemCallErrorNumber=EPERM', level: 'strict' },
];

export function hardeningLines(service: Service): readonly string[] {
  const { hardening, scope } = service;
  const { level } = hardening;
  if (level === 'none') return capabilityLines(service);
  const rules = RULES.filter((rule) => (level === 'strict' || rule.level === 'basic') && (scope === 'system' || !rule.systemOnly));
  const write = hardening.write.length === 0 || scope === 'user' ? [] : [`ReadWritePaths=${hardening.write.join(' ')}`];
  return [...accountLines(service), ...rules.flatMap((rule) => ruleLines(rule, hardening)), ...write, ...capabilityLines(service)];
}

function ruleLines({ line, unless, instead, seals }: Rule, hardening: ServiceHardening): readonly string[] {
  const why = unless?.(hardening) ?? (seals && hardening.setuid ? SETUID : undefined);
  if (why === undefined) return [line];
  const other = instead?.(hardening);
  return other === undefined ? [`# no ${line}: ${why}`] : [`# not ${line}: ${why}`, other];
}

/** A strict service without an account of its own gets one that is there while it runs. */
function accountLines({ hardening, user, scope }: Service): readonly string[] {
  if (hardening.level !== 'strict' || user !== undefined || scope === 'user') return [];
  return [hardening.setuid ? `# no DynamicUser=yes: ${SETUID}` : 'DynamicUser=yes'];
}

const PRIVILEGED = 1024;

/** Without privileges of its own a strict service has none; others get what they need beside what their account has. */
function capabilityLines({ hardening, ports, user, scope }: Service): readonly string[] {
  if (scope === 'user') return [];
  const strict = hardening.level === 'strict';
  const low = ports.some((port) => port < PRIVILEGED) ? ['CAP_NET_BIND_SERVICE'] : [];
  const kept = [...new Set([...hardening.capabilities, ...low])].toSorted().join(' ');
  const plainAccount = user !== 'root' && (user !== undefined || strict);
  const [bounds, why] = [`CapabilityBoundingSet=${kept}`, setuidNeeds(hardening)];
  return [
    ...(strict ? [why === undefined ? bounds : `# no ${bounds}: ${why}`] : []),
    ...(strict || (plainAccount && kept !== '') ? [`AmbientCapabilities=${kept}`] : []),
  ];
}

/** What sudo and the like may do is what the bounding set leaves. */
function setuidNeeds({ setuid, containers }: ServiceHardening): string | undefined {
  if (setuid) return SETUID;
  return containers ? CONTAINERS : undefined;
}
