/** Half a megabyte of code, loaded by those who sign. */
export function openpgp(): Promise<typeof import('openpgp')> {
  return import('openpgp');
}
