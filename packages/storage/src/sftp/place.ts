import type { Server } from './options.ts';
import { abortable, openSession, type Session } from './session.ts';

/** A server with the one connection its calls share, opened by the first and again after it was lost. */
export interface Place {
  readonly server: Server;
  /** Folder of the objects as the server names it. */
  root: string | undefined;
  connecting: Promise<Session> | undefined;
  session: Session | undefined;
  /** Folders where this storage already looked for what broken writers left. */
  readonly swept: Set<string>;
  /** Temporary files that could not be removed as the connection was lost. */
  readonly leftovers: Set<string>;
}

export function toPlace(server: Server): Place {
  return { server, root: undefined, connecting: undefined, session: undefined, swept: new Set(), leftovers: new Set() };
}

export async function connected(place: Place, signal: AbortSignal | undefined): Promise<Session> {
  signal?.throwIfAborted();
  if (place.session && !place.session.isLost) return place.session;
  const connecting = place.connecting ?? open(place);
  place.connecting = connecting;
  try {
    return await abortable(connecting, signal);
  } finally {
    if (place.connecting === connecting) place.connecting = undefined;
  }
}

async function open(place: Place): Promise<Session> {
  const session = await openSession(place.server);
  place.session = session;
  return session;
}

export async function disconnect(place: Place): Promise<void> {
  const session = place.connecting ? await place.connecting : place.session;
  place.session = undefined;
  session?.close();
}
