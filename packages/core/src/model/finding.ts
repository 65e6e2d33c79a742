/** One validation or preflight result. Findings are collected and shown together. */
export interface Finding {
  readonly level: 'error' | 'warning' | 'note';
  /** Stable, kebab-case. */
  readonly code: string;
  /** What it is about: an artifact, a registry, a path. */
  readonly subject: string;
  readonly message: string;
  readonly hint?: string;
}
