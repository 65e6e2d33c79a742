/** alpm-install-scriptlet(5): functions that pacman calls with the new version, and the old one. */

export const FUNCTIONS = {
  preInstall: 'pre_install',
  postInstall: 'post_install',
  preUpgrade: 'pre_upgrade',
  postUpgrade: 'post_upgrade',
  preRemove: 'pre_remove',
  postRemove: 'post_remove',
} as const;

export type ScriptName = keyof typeof FUNCTIONS;

/** The .INSTALL file; undefined when there is nothing to run. Each script has a subshell, so that its "exit" and its settings stay its own. */
export function installFile(scripts: Readonly<Partial<Record<ScriptName, string>>>): string | undefined {
  const functions = Object.entries(FUNCTIONS).flatMap(([name, called]) => {
    const script = scripts[name as ScriptName];
    return script === undefined ? [] : [`${called}() (\n${settings(script)}:\n${bodyOf(script)})\n`];
  });
  return functions.length === 0 ? undefined : functions.join('\n');
}

/** What the first line would have told the shell: `#!/bin/sh -e`. */
function settings(script: string): string {
  const options = /^#! ?\S+ (-[a-z]+)$/m.exec(script.slice(0, script.indexOf('\n')))?.[1];
  return options === undefined ? '' : `set ${options}\n`;
}

function bodyOf(script: string): string {
  return script.slice(script.indexOf('\n') + 1);
}
