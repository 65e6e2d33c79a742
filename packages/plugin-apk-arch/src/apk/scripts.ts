import type { Member } from '@provisioning-dist/payload';
import { madeFile } from '../made.ts';

/** apk-package(5): files of the control segment, called with the new version, and the old one on upgrades. */
export const SCRIPTS = {
  preInstall: '.pre-install',
  postInstall: '.post-install',
  preUpgrade: '.pre-upgrade',
  postUpgrade: '.post-upgrade',
  preDeinstall: '.pre-deinstall',
  postDeinstall: '.post-deinstall',
  trigger: '.trigger',
} as const;

export type ScriptName = keyof typeof SCRIPTS;

export function scriptMembers(scripts: Readonly<Partial<Record<ScriptName, string>>>): readonly Member[] {
  return Object.entries(SCRIPTS).flatMap(([name, path]) => {
    const text = scripts[name as ScriptName];
    return text === undefined ? [] : [madeFile(path, Buffer.from(text), 0o755)];
  });
}
