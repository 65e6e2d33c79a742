/** The platform table: one row per operating system and CPU a release is made for. */

export type Os = 'linux' | 'macos' | 'windows' | 'freebsd';

/** Names of one platform in the ecosystems that packages and builders speak to. A missing column = that ecosystem has no such platform. */
export interface Platform {
  /** `linux-amd64`; what users type and what artifact names carry. */
  readonly name: string;
  readonly os: Os;
  readonly cpu: string;
  readonly libc?: 'gnu' | 'musl';
  /** Rust target triple. */
  readonly rust?: string;
  /** GOOS/GOARCH, with GOARM after a third slash part (`linux/arm/7`). */
  readonly go?: string;
  readonly deb?: string;
  readonly rpm?: string;
  readonly apk?: string;
  /** OCI platform `os/architecture[/variant]`. */
  readonly oci?: string;
  /** npm `os/cpu`. */
  readonly npm?: string;
  /** FreeBSD ABI architecture. */
  readonly freebsd?: string;
}
