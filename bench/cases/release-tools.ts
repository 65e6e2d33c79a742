import type { CaseMaker } from './case.ts';
export const releaseTools: readonly CaseMaker[] = [];
