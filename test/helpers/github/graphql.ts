import type { RecordedRequest } from './faults.ts';
import { type Reply, refuse } from './reply.ts';
import { nodeId } from './reply-accounts.ts';
import type { Comment, State } from './state.ts';

/** The one question that is asked of GraphQL: which of these comments the token's own account wrote. */
const QUESTION =
  /^query\s*\(\$ids:\s*\[ID!\]!\)\s*\{\s*nodes\(ids:\s*\$ids\)\s*\{\s*\.\.\. on IssueComment\s*\{\s*id viewerDidAuthor\s*\}\s*\}\s*\}$/;

/**
 * Answers POST /graphql. GitHub's REST description says nothing of it: the field is in its public GraphQL schema, and
 * nodes that are gone are null beside an error, as GitHub has it.
 */
export function answerGraphql(
  { body, token }: RecordedRequest,
  state: State,
  report: (problem: string) => void,
): Reply {
  const account = token === null ? undefined : state.tokens.get(token)?.account;
  if (account === undefined) return refuse(401, 'Bad credentials');
  const { query, variables } = body as { query?: unknown; variables?: { ids?: unknown } };
  const ids = variables?.ids;
  if (typeof query !== 'string' || !QUESTION.test(query.trim()) || !Array.isArray(ids)) {
    report(`request POST /graphql: a question that is not known: ${JSON.stringify(body)}`);
    return refuse(400, 'Problems parsing JSON');
  }
  const byNode = new Map<string, Comment>(
    [...state.comments.values()].map((one) => [nodeId('IssueComment', one.id), one]),
  );
  const nodes = ids.map((id) => {
    const comment = byNode.get(String(id));
    return comment === undefined ? null : { id, viewerDidAuthor: comment.user?.id === account.id };
  });
  const errors = nodes.flatMap((node, i) =>
    node === null
      ? [
          {
            type: 'NOT_FOUND',
            path: ['nodes', i],
            message: `Could not resolve to a node with the global id of '${ids[i]}'`,
          },
        ]
      : [],
  );
  return { status: 200, body: { data: { nodes }, ...(errors.length > 0 ? { errors } : {}) } };
}
