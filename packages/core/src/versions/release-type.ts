export const RELEASE_TYPES = ['major', 'minor', 'patch', 'prerelease', 'auto'] as const;

export type ReleaseType = (typeof RELEASE_TYPES)[number];
