import { refuseReading, refuseWriting } from './access.ts';
import { pageOf } from './pages.ts';
import { type Call, invalid, notAccessible, notFound, ok, type Reply, refuse } from './reply.ts';
import { commentReply } from './reply-pulls.ts';
import { ACTIONS_BOT, type Comment, nextId, type Pull, tick } from './state.ts';

/** Either permission lets a token at the comments of a pull request. */
const EITHER = ['issues', 'pullRequests'] as const;

/** In characters, however many units or bytes each has. */
const LONGEST_BODY = 65_536;

export function listComments(call: Call): Reply {
  const found = findPull(call);
  if ('status' in found) return found;
  const comments = [...call.state.comments.values()].filter(({ pull }) => pull === found.pull.number);
  const { items, headers } = pageOf(call, comments);
  return ok(
    items.map((comment) => commentReply(call, call.state, comment)),
    headers,
  );
}

export function createComment(call: Call): Reply {
  const found = findPull(call);
  if ('status' in found) return found;
  const { state, token } = call;
  const refused = refuseWriting(state, token, EITHER);
  if (refused) return refused;
  if (found.pull.locked) return refuse(403, 'Unable to create comment because issue is locked.');
  const body = bodyOf(call);
  const problem = refuseBody(body);
  if (problem) return problem;
  const now = tick(state);
  const comment: Comment = {
    id: nextId(state),
    pull: found.pull.number,
    body,
    user: token?.account ?? ACTIONS_BOT,
    createdAt: now,
    updatedAt: now,
  };
  state.comments.set(comment.id, comment);
  return { status: 201, body: commentReply(call, state, comment) };
}

export function getComment(call: Call): Reply {
  const comment = call.state.comments.get(Number(call.params.comment_id));
  const refused = refuseReading(call.state, call.token, EITHER);
  if (refused) return refused;
  return comment ? ok(commentReply(call, call.state, comment)) : notFound();
}

export function updateComment(call: Call): Reply {
  const found = findOwnComment(call);
  if ('status' in found) return found;
  const { comment } = found;
  const body = bodyOf(call);
  const problem = refuseBody(body);
  if (problem) return problem;
  comment.body = body;
  comment.updatedAt = tick(call.state);
  return ok(commentReply(call, call.state, comment));
}

export function deleteComment(call: Call): Reply {
  const found = findOwnComment(call);
  if ('status' in found) return found;
  call.state.comments.delete(found.comment.id);
  return { status: 204 };
}

function findPull(call: Call): { readonly pull: Pull } | Reply {
  const refused = refuseReading(call.state, call.token, EITHER);
  if (refused) return refused;
  const pull = call.state.pulls.get(Number(call.params.issue_number));
  if (!pull) return notFound();
  return pull.gone ? refuse(410, 'This issue was deleted') : { pull };
}

function findOwnComment(call: Call): { readonly comment: Comment } | Reply {
  const { state, token, params } = call;
  const refused = refuseWriting(state, token, EITHER);
  if (refused) return refused;
  const comment = state.comments.get(Number(params.comment_id));
  if (!comment) return notFound();
  if (comment.user?.id === token?.account.id || token?.editsOthers) return { comment };
  return token?.installation
    ? notAccessible('issues=write; pull_requests=write')
    : refuse(403, 'Must have admin rights to Repository.');
}

function bodyOf({ body }: Call): string {
  const text = typeof body === 'object' && body !== null && 'body' in body ? body.body : '';
  return typeof text === 'string' ? text : '';
}

function refuseBody(body: string): Reply | null {
  if (body.trim() === '') return invalid('body', 'missing_field');
  if ([...body].length <= LONGEST_BODY) return null;
  return invalid('data', 'unprocessable', `Body is too long (maximum is ${LONGEST_BODY} characters)`);
}
