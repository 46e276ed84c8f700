import { notAccessible, notFound, type Reply, refuse } from './reply.ts';
import type { State, Token } from './state.ts';

type Permission = keyof Token['permissions'];

const NAMES: Readonly<Record<Permission, string>> = {
  contents: 'contents',
  issues: 'issues',
  pullRequests: 'pull_requests',
  actions: 'actions',
};

/**
 * Why `token` may not read what any of `permissions` is about; null when it may. Everybody may read a public
 * repository. Of a private one a person without access hears that it is not there; a job's token always sees the
 * repository itself, so that it hears what it lacks.
 */
export function refuseReading(state: State, token: Token | null, permissions: readonly Permission[]): Reply | null {
  if (!state.repository.private || may(token, permissions, 'read')) return null;
  return token?.installation ? notAccessible(list(permissions, 'read')) : notFound();
}

/** Why `token` may not write, any of `permissions` being enough; null when it may. */
export function refuseWriting(state: State, token: Token | null, permissions: readonly Permission[]): Reply | null {
  if (!token) return refuse(401, 'Requires authentication');
  const unseen = refuseReading(state, token, permissions);
  if (unseen || may(token, permissions, 'write')) return unseen;
  return token.installation ? notAccessible(list(permissions, 'write')) : refuse(403, 'Must have write access.');
}

function may(token: Token | null, permissions: readonly Permission[], access: 'read' | 'write'): boolean {
  return permissions.some((name) => {
    const granted = token?.permissions[name];
    return granted === 'write' || granted === access;
  });
}

function list(permissions: readonly Permission[], access: 'read' | 'write'): string {
  return permissions.map((name) => `${NAMES[name]}=${access}`).join('; ');
}
