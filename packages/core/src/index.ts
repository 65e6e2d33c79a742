/** The public API of core: what plugin authors import. */
export * from './contract.ts';
