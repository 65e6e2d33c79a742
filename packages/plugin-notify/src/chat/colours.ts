import type { MessageType } from '@provisioning-dist/core';

/** RGB. */
export const COLOURS: Readonly<Record<MessageType, number>> = {
  release: 0x2e_b6_7d,
  'pre-release': 0x36_c5_f0,
  rollback: 0xec_b2_2e,
  security: 0xe0_1e_5a,
  failure: 0xe0_1e_5a,
};
