/** deb-triggers(5) */

export type TriggerKind = 'interest' | 'interestAwait' | 'interestNoawait' | 'activate' | 'activateAwait' | 'activateNoawait';

export const TRIGGERS: Readonly<Record<TriggerKind, string>> = {
  interest: 'interest',
  interestAwait: 'interest-await',
  interestNoawait: 'interest-noawait',
  activate: 'activate',
  activateAwait: 'activate-await',
  activateNoawait: 'activate-noawait',
};

/** Where the linker's cache looks. */
const LIBRARY = /^(?:usr\/)?lib(?:\/[a-z0-9_]+-linux-gnu[a-z0-9]*)?\/lib[^/]+\.so(?:\.[0-9]+)*$/;
const LDCONFIG = 'activate-noawait ldconfig';

/** The triggers file; empty when there is none. */
export function triggersFile(triggers: Readonly<Partial<Record<TriggerKind, readonly string[]>>>, paths: Iterable<string>): string {
  const asked = Object.entries(TRIGGERS).flatMap(([kind, directive]) => (triggers[kind as TriggerKind] ?? []).map((name) => `${directive} ${name}`));
  const linked = [...paths].some((path) => LIBRARY.test(path)) && !asked.some((line) => /^activate\S* ldconfig$/.test(line));
  return [...asked, ...(linked ? [LDCONFIG] : [])].map((line) => `${line}\n`).join('');
}
