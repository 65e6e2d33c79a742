/** What the project's own plugins that do not come with the command line provide, so that an error can say what to install.
 *  A copy of their metadata: they are not there when it is needed. */
const PLUGINS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  '@provisioning-dist/plugin-apk-arch': { formats: ['apk', 'archlinux'] },
  '@provisioning-dist/plugin-changelog': { facts: ['changelog'] },
  '@provisioning-dist/plugin-deb-rpm': { formats: ['deb', 'rpm', 'srpm'], registries: ['apt', 'yum'] },
  '@provisioning-dist/plugin-git': { registries: ['tag'] },
  '@provisioning-dist/plugin-npm': { formats: ['npm', 'npm-main'], registries: ['npm'] },
  '@provisioning-dist/plugin-sign': { keys: ['gpg', 'minisign', 'cosign', 'x509', 'remote', 'command'] },
};

export function packageFor(section: string, key: string): string | undefined {
  return Object.entries(PLUGINS).find(([, provided]) => provided[section]?.includes(key))?.[0];
}
