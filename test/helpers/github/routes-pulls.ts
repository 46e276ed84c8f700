import { refuseReading } from './access.ts';
import { pageOf } from './pages.ts';
import { type Call, notFound, ok, type Reply, refuse } from './reply.ts';
import { ownAccountReply, ownerOf } from './reply-accounts.ts';
import { fullPullReply, pullReply } from './reply-pulls.ts';
import { comparisonReply } from './reply-runs.ts';
import type { Pull } from './state.ts';

export function getUser(call: Call): Reply {
  if (!call.token) return refuse(401, 'Requires authentication');
  // A job's token is nobody's account.
  if (call.token.installation) return refuse(403, 'Resource not accessible by integration');
  return ok(ownAccountReply(call, call.token.account, 0));
}

export function getPull(call: Call): Reply {
  const refused = refuseReading(call.state, call.token, ['pullRequests']);
  if (refused) return refused;
  const pull = call.state.pulls.get(Number(call.params.pull_number));
  return pull && !pull.gone ? ok(fullPullReply(call, call.state, pull)) : notFound();
}

export function listPulls(call: Call): Reply {
  const { head, base, state = 'open', direction = 'desc' } = call.query;
  return listSome(
    call,
    (pull) =>
      (state === 'all' || pull.state === state) &&
      (base === undefined || pull.base.ref === base) &&
      // Without an owner GitHub takes no notice of it.
      (head?.includes(':') !== true || head === labelOf(pull)),
    direction,
  );
}

/** GitHub tells of pull requests by commit only where the branch is in the repository itself. */
export function listPullsOfCommit(call: Call): Reply {
  const { commit_sha: sha } = call.params;
  const own = call.state.repository.id;
  return listSome(call, (pull) => pull.head.sha === sha && pull.head.repo?.id === own && pull.state === 'open', 'desc');
}

function listSome(call: Call, matches: (pull: Pull) => boolean, direction: string): Reply {
  const refused = refuseReading(call.state, call.token, ['pullRequests']);
  if (refused) return refused;
  const oldestFirst = [...call.state.pulls.values()].sort((a, b) => a.number - b.number).filter(matches);
  const { items, headers } = pageOf(call, direction === 'asc' ? oldestFirst : oldestFirst.reverse());
  return ok(
    items.map((pull) => pullReply(call, call.state, pull)),
    headers,
  );
}

function labelOf({ head }: Pull): string {
  return `${ownerOf(head.repo?.fullName ?? '')}:${head.ref}`;
}

export function compare(call: Call): Reply {
  const refused = refuseReading(call.state, call.token, ['contents']);
  if (refused) return refused;
  const basehead = decodeURIComponent(call.params.basehead ?? '');
  const [base, head] = basehead.split('...').map((name) => resolveCommit(call, name));
  if (!base || !head) return notFound();
  const mergeBase = call.state.mergeBases.get(basehead) ?? call.state.mergeBases.get(`${base}...${head}`) ?? base;
  return ok(comparisonReply(call, call.state, { base, head, mergeBase }));
}

/** A commit as it is, or the tip of a branch (`branch`, `owner:branch`) of some pull request; null for neither. */
function resolveCommit({ state }: Call, name: string): string | null {
  if (/^[0-9a-f]{40}$/.test(name)) return name;
  for (const pull of state.pulls.values()) {
    if (name === pull.base.ref) return pull.base.sha;
    const own = pull.head.repo?.id === state.repository.id;
    if (name === labelOf(pull) || (own && name === pull.head.ref)) return pull.head.sha;
  }
  return null;
}
