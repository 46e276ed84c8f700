import { refuseReading } from './access.ts';
import { pageOf } from './pages.ts';
import { type Call, notFound, ok, type Reply } from './reply.ts';
import { ownerOf } from './reply-accounts.ts';
import { fullPullReply, pullReply } from './reply-pulls.ts';
import type { Pull } from './state.ts';

export function getPull(call: Call): Reply {
  const refused = refuseReading(call.state, call.token, ['pullRequests']);
  if (refused) return refused;
  const pull = call.state.pulls.get(Number(call.params.pull_number));
  return pull && !pull.gone ? ok(fullPullReply(call, call.state, pull)) : notFound();
}

export function listPulls(call: Call): Reply {
  const refused = refuseReading(call.state, call.token, ['pullRequests']);
  if (refused) return refused;
  const { head, base, state = 'open' } = call.query;
  const newestFirst = [...call.state.pulls.values()]
    .filter(
      (pull) =>
        (state === 'all' || pull.state === state) &&
        (base === undefined || pull.base.ref === base) &&
        // Without an owner GitHub takes no notice of it.
        (head?.includes(':') !== true || head === labelOf(pull)),
    )
    .sort((a, b) => b.number - a.number);
  const { items, headers } = pageOf(call, newestFirst);
  return ok(
    items.map((pull) => pullReply(call, call.state, pull)),
    headers,
  );
}

function labelOf({ head }: Pull): string {
  return `${ownerOf(head.repo?.fullName ?? '')}:${head.ref}`;
}
