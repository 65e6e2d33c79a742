/** Lines for people; redacted and attributed to the plugin and key by the host. */
export interface Log {
  readonly info: (message: string) => void;
  readonly warn: (message: string) => void;
  readonly debug: (message: string) => void;
}
