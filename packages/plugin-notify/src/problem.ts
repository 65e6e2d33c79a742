import { DistError, type Finding } from '@provisioning-dist/core';

/** What `ask` fails with, as a finding about the channel. Only what we know the reason of is one. */
export async function problemOf(id: string, ask: () => Promise<unknown>): Promise<readonly Finding[]> {
  try {
    await ask();
    return [];
  } catch (error) {
    if (!(error instanceof DistError)) throw error;
    const { code, message, hint } = error;
    return [{ level: 'error', code, subject: `notify.${id}`, message, ...(hint !== undefined && { hint }) }];
  }
}
