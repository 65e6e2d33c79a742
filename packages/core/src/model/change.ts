/** One change of a release, as its commit tells it. Texts are raw: whoever shows them escapes them for the place they stand in. */
export interface Change {
  /** Full commit id. */
  readonly commit: string;
  /** `feat`, `fix`; absent where the message follows no convention. */
  readonly type?: string;
  readonly scope?: string;
  /** One line. */
  readonly subject: string;
  /** What breaks, in words; absent = nothing. */
  readonly breaking?: string;
  /** A name, never an address. */
  readonly author?: string;
  /** Issues and changes it names, as written: `#12`, `acme/tools#7`, `ACME-3`. */
  readonly references: readonly string[];
}
