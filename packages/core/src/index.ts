/** The public API of core: what plugin authors import, and what functions among the hooks of a configuration are called with. */

export type { HookCall, HookFunction, HookGroup } from './config/config.ts';
export * from './contract.ts';
