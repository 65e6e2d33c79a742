import type { TextStream } from '../../src/report/terminal.ts';

/** A stream that keeps what is written. */
export interface KeptStream extends TextStream {
  readonly text: () => string;
  readonly lines: () => readonly string[];
}

export function keptStream(shape: { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number } = {}): KeptStream {
  let kept = '';
  return {
    ...shape,
    write: (text) => {
      kept += text;
    },
    text: () => kept,
    lines: () => kept.split('\n').slice(0, -1),
  };
}
