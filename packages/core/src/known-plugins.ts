/** Keys of the project's own plugins that do not come with the command line, so that an error can say what to install. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  '@provisioning-dist/plugin-apk-arch': ['apk', 'archlinux'],
  '@provisioning-dist/plugin-deb-rpm': ['deb', 'rpm', 'apt', 'yum'],
  '@provisioning-dist/plugin-npm': ['npm', 'npm-main'],
  '@provisioning-dist/plugin-sign': ['gpg', 'minisign', 'cosign', 'command', 'remote', 'x509'],
};

export function packageFor(key: string): string | undefined {
  return Object.entries(KEYS).find(([, keys]) => keys.includes(key))?.[0];
}
