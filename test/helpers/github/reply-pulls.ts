import {
  accountOf,
  accountReply,
  fullRepositoryReply,
  nodeId,
  originOf,
  ownerOf,
  type Places,
} from './reply-accounts.ts';
import { type Comment, fullNameOf, type Pull, type State, timeText } from './state.ts';

/** A pull request as lists give it. */
export function pullReply(places: Places, state: State, pull: Pull) {
  const repository = fullNameOf(state.repository);
  const url = `${places.apiUrl}/repos/${repository}/pulls/${pull.number}`;
  const issueUrl = `${places.apiUrl}/repos/${repository}/issues/${pull.number}`;
  const htmlUrl = `${places.serverUrl}/${repository}/pull/${pull.number}`;
  const urls = {
    html: htmlUrl,
    issue: issueUrl,
    comments: `${issueUrl}/comments`,
    review_comments: `${url}/comments`,
    review_comment: `${places.apiUrl}/repos/${repository}/pulls/comments{/number}`,
    commits: `${url}/commits`,
    statuses: `${places.apiUrl}/repos/${repository}/statuses/${pull.head.sha}`,
  };
  const closed = pull.state === 'closed' ? timeText(state.now) : null;
  return {
    url,
    id: 1_000_000 + pull.number,
    node_id: nodeId('PullRequest', pull.number),
    diff_url: `${htmlUrl}.diff`,
    patch_url: `${htmlUrl}.patch`,
    ...Object.fromEntries(Object.entries(urls).map(([name, address]) => [`${name}_url`, address])),
    _links: Object.fromEntries(Object.entries({ self: url, ...urls }).map(([name, href]) => [name, { href }])),
    number: pull.number,
    state: pull.state,
    locked: pull.locked,
    active_lock_reason: pull.locked ? 'too heated' : null,
    draft: pull.draft,
    title: pull.title,
    user: accountReply(places, pull.user),
    body: null,
    ...{ labels: [], milestone: null, assignee: null, assignees: [], requested_reviewers: [], requested_teams: [] },
    created_at: timeText(0),
    updated_at: timeText(state.now),
    closed_at: closed,
    merged_at: pull.merged ? closed : null,
    merge_commit_sha: pull.mergeCommitSha,
    head: branchReply(places, state, pull.head),
    base: branchReply(places, state, { ...pull.base, repo: originOf(state.repository) }),
    author_association: 'CONTRIBUTOR',
    auto_merge: null,
  };
}

/** A pull request by itself. */
export function fullPullReply(places: Places, state: State, pull: Pull) {
  const comments = [...state.comments.values()].filter((comment) => comment.pull === pull.number);
  return {
    ...pullReply(places, state, pull),
    merged: pull.merged,
    mergeable: pull.state === 'open' ? true : null,
    rebaseable: pull.state === 'open' ? true : null,
    mergeable_state: pull.state === 'open' ? 'clean' : 'unknown',
    merged_by: pull.merged ? accountReply(places, state.repository.owner) : null,
    comments: comments.length,
    ...{ review_comments: 0, maintainer_can_modify: false, commits: 1, additions: 1, deletions: 0, changed_files: 1 },
  };
}

export function commentReply(places: Places, state: State, comment: Comment) {
  const repository = fullNameOf(state.repository);
  const api = `${places.apiUrl}/repos/${repository}/issues`;
  return {
    id: comment.id,
    node_id: nodeId('IssueComment', comment.id),
    url: `${api}/comments/${comment.id}`,
    html_url: `${places.serverUrl}/${repository}/pull/${comment.pull}#issuecomment-${comment.id}`,
    issue_url: `${api}/${comment.pull}`,
    user: comment.user && accountReply(places, comment.user),
    created_at: timeText(comment.createdAt),
    updated_at: timeText(comment.updatedAt),
    author_association: 'NONE',
    body: comment.body,
    performed_via_github_app: null,
  };
}

function branchReply(places: Places, state: State, branch: Pull['head']) {
  const { sha, ref, repo } = branch;
  // The owner's account outlives a fork; who that was is of no matter here.
  const account = repo ? accountOf(state, repo) : { login: 'ghost', id: 10_137, type: 'User' as const };
  const label = `${repo ? ownerOf(repo.fullName) : 'unknown'}:${ref}`;
  return {
    label,
    ref,
    sha,
    user: accountReply(places, account),
    repo: repo && fullRepositoryReply(places, state, repo),
  };
}
