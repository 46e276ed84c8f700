import type { Account, Origin, Repository, State } from './state.ts';
import { fullNameOf, timeText } from './state.ts';

/** Where the addresses in replies point. */
export interface Places {
  readonly apiUrl: string;
  readonly serverUrl: string;
}

/** A thing's `node_id`: opaque, and the same for the same thing. */
export function nodeId(kind: string, id: number): string {
  return Buffer.from(`${kind}:${id}`).toString('base64url');
}

export function accountReply({ apiUrl, serverUrl }: Places, { login, id, type }: Account) {
  const url = `${apiUrl}/users/${encodeURIComponent(login)}`;
  return {
    login,
    id,
    node_id: nodeId('User', id),
    avatar_url: `${serverUrl}/avatars/${id}`,
    gravatar_id: '',
    url,
    html_url: `${serverUrl}/${encodeURIComponent(login)}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type,
    site_admin: false,
  };
}

/** The part of a fork's full name that owns it. */
export function ownerOf(fullName: string): string {
  return fullName.split('/')[0] ?? '';
}

export function originOf(repository: Repository): Origin {
  return { id: repository.id, fullName: fullNameOf(repository), fork: false };
}

export function accountOf(state: State, origin: Origin): Account {
  if (origin.id === state.repository.id) return state.repository.owner;
  return { login: ownerOf(origin.fullName), id: origin.id + 1, type: 'User' };
}

/** A repository where others mention it. */
export function repositoryReply(places: Places, state: State, origin: Origin) {
  const { id, fullName, fork } = origin;
  const url = `${places.apiUrl}/repos/${fullName}`;
  return {
    id,
    node_id: nodeId('Repository', id),
    name: fullName.split('/')[1] ?? '',
    full_name: fullName,
    owner: accountReply(places, accountOf(state, origin)),
    private: state.repository.private,
    html_url: `${places.serverUrl}/${fullName}`,
    description: null,
    fork,
    url,
    ...Object.fromEntries(REPOSITORY_URLS.map(([name, path]) => [`${name}_url`, `${url}/${path}`])),
  };
}

/** A repository in full. */
export function fullRepositoryReply(places: Places, state: State, origin: Origin) {
  const html = `${places.serverUrl}/${origin.fullName}`;
  const since = timeText(0);
  return {
    ...repositoryReply(places, state, origin),
    git_url: `git:${html.replace(/^https?:/, '')}.git`,
    ssh_url: `git@${new URL(html).hostname}:${origin.fullName}.git`,
    clone_url: `${html}.git`,
    svn_url: html,
    ...{ mirror_url: null, homepage: null, language: null, license: null },
    ...{ forks: 0, forks_count: 0, stargazers_count: 0, watchers: 0, watchers_count: 0, size: 1 },
    ...{ open_issues: 0, open_issues_count: 0, default_branch: state.repository.defaultBranch },
    ...{ has_issues: true, has_projects: false, has_wiki: false, has_pages: false, has_downloads: true },
    ...{ archived: false, disabled: false, pushed_at: since, created_at: since, updated_at: since },
  };
}

const REPOSITORY_URLS: readonly (readonly [string, string])[] = [
  ['archive', '{archive_format}{/ref}'],
  ['assignees', 'assignees{/user}'],
  ['blobs', 'git/blobs{/sha}'],
  ['branches', 'branches{/branch}'],
  ['collaborators', 'collaborators{/collaborator}'],
  ['comments', 'comments{/number}'],
  ['commits', 'commits{/sha}'],
  ['compare', 'compare/{base}...{head}'],
  ['contents', 'contents/{+path}'],
  ['contributors', 'contributors'],
  ['deployments', 'deployments'],
  ['downloads', 'downloads'],
  ['events', 'events'],
  ['forks', 'forks'],
  ['git_commits', 'git/commits{/sha}'],
  ['git_refs', 'git/refs{/sha}'],
  ['git_tags', 'git/tags{/sha}'],
  ['hooks', 'hooks'],
  ['issue_comment', 'issues/comments{/number}'],
  ['issue_events', 'issues/events{/number}'],
  ['issues', 'issues{/number}'],
  ['keys', 'keys{/key_id}'],
  ['labels', 'labels{/name}'],
  ['languages', 'languages'],
  ['merges', 'merges'],
  ['milestones', 'milestones{/number}'],
  ['notifications', 'notifications{?since,all,participating}'],
  ['pulls', 'pulls{/number}'],
  ['releases', 'releases{/id}'],
  ['stargazers', 'stargazers'],
  ['statuses', 'statuses/{sha}'],
  ['subscribers', 'subscribers'],
  ['subscription', 'subscription'],
  ['tags', 'tags'],
  ['teams', 'teams'],
  ['trees', 'git/trees{/sha}'],
];
