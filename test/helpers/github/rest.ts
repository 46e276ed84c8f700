import type { Description, Operation } from './description.ts';
import type { RecordedRequest } from './faults.ts';
import { answerGraphql } from './graphql.ts';
import { type Call, notFound, type Reply, refuse } from './reply.ts';
import type { Places } from './reply-accounts.ts';
import { downloadArtifact, getRun, listArtifacts, listRuns } from './routes-actions.ts';
import { createComment, deleteComment, getComment, listComments, updateComment } from './routes-comments.ts';
import { getPull, listPulls } from './routes-pulls.ts';
import { fullNameOf, type State } from './state.ts';

const ROUTES: Readonly<Record<string, (call: Call) => Reply>> = {
  'GET /repos/{owner}/{repo}/pulls': listPulls,
  'GET /repos/{owner}/{repo}/pulls/{pull_number}': getPull,
  'GET /repos/{owner}/{repo}/issues/{issue_number}/comments': listComments,
  'POST /repos/{owner}/{repo}/issues/{issue_number}/comments': createComment,
  'GET /repos/{owner}/{repo}/issues/comments/{comment_id}': getComment,
  'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}': updateComment,
  'DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}': deleteComment,
  'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs': listRuns,
  'GET /repos/{owner}/{repo}/actions/runs/{run_id}': getRun,
  'GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts': listArtifacts,
  'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}': downloadArtifact,
};

/** How much of an hour's requests is left, which every reply tells. */
const RATE = { 'x-ratelimit-limit': '1000', 'x-ratelimit-remaining': '999', 'x-ratelimit-resource': 'core' };

interface RestOptions {
  readonly state: State;
  readonly places: Places & { readonly storageUrl: string };
  readonly description: Description;
  /** Called with what is wrong with a request or a reply. */
  readonly report: (problem: string) => void;
}

/** Answers a request to the REST API, and holds both to the description. */
export function answerRest(request: RecordedRequest, options: RestOptions): Reply {
  const { state, places, description, report } = options;
  if (/^(\/api)?\/graphql$/.test(request.path) && request.method === 'POST')
    return answerGraphql(request, state, report);
  const operation = description.find(request.method, request.path);
  const route = operation && ROUTES[operation.name];
  if (!operation || !route) {
    report(`request ${request.method} ${request.path}: no such operation`);
    return notFound();
  }
  const complain = (side: string) => (problem: string) =>
    report(`${side} ${request.method} ${request.path}: ${problem}`);
  if (!request.headers['user-agent']) complain('request')('no user-agent, which GitHub refuses');
  description.checkRequest(operation, request.query, request.body).forEach(complain('request'));
  const reply = authorise(request, operation, route, { state, ...places });
  const body = reply.body instanceof Uint8Array ? undefined : reply.body;
  description.checkReply(operation, reply.status, body).forEach(complain('reply'));
  return { ...reply, headers: { ...RATE, ...reply.headers } };
}

function authorise(
  request: RecordedRequest,
  { params }: Operation,
  route: (call: Call) => Reply,
  world: Pick<Call, 'state' | 'apiUrl' | 'serverUrl' | 'storageUrl'>,
): Reply {
  const token = request.token === null ? null : world.state.tokens.get(request.token);
  if (token === undefined) return refuse(401, 'Bad credentials');
  const { owner, repo } = params;
  const named = `${owner}/${repo}`.toLowerCase();
  if (owner !== undefined && named !== fullNameOf(world.state.repository).toLowerCase()) return notFound();
  const { path, query, body } = request;
  return route({ ...world, path, params, query, body, token });
}
