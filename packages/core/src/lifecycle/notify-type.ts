import type { MessageType } from '../channel.ts';
import type { Release } from '../model/release.ts';

export { MESSAGE_TYPES, type MessageType } from '../channel.ts';

/** What a release is announced as, by its version. */
export function announcedAs({ version }: Pick<Release, 'version'>): MessageType {
  const [withoutBuild = ''] = version.split('+');
  return withoutBuild.includes('-') ? 'pre-release' : 'release';
}
