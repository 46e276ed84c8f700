import { isDeepStrictEqual } from 'node:util';
import { isLaterRun, type Marker, readMarker } from '../comment-marker.ts';
import type { Client } from './client.ts';
import { type Refusal, readRefusal } from './refusal.ts';

/** What became of the comment. */
export type CommentStatus =
  | 'created'
  | 'updated'
  /** It is there already, to the letter. */
  | 'unchanged'
  /** There was nothing to say that the option `comment` asks for, and no comment to keep up to date. */
  | 'quiet'
  /** A later run, or one of the pull request's present head, has written already. */
  | 'superseded'
  /** Nothing is begun in a pull request that is closed, or locked. */
  | 'closed'
  | Refusal['kind'];

export interface CommentOutcome {
  readonly status: CommentStatus;
  readonly url: string | null;
  /** Where GitHub refused. */
  readonly refusal: Refusal | null;
}

export interface CommentRequest {
  readonly repository: { readonly owner: string; readonly repo: string };
  readonly pull: number;
  readonly marker: Marker;
  /** Whether a comment is to be made where there is none. */
  readonly create: boolean;
  /** The body, which begins with the marker. `headNow` is the pull request's head where it is not the measured commit. */
  write(headNow: string | null): string;
}

interface OwnComment {
  readonly id: number;
  readonly url: string;
  readonly marker: Marker;
}

/**
 * Makes the one comment of a pull request that has the marker's key, or brings it up to date. Runs that make one at the
 * same time each look again afterwards: the latest run's stays, the others go. Never rejects.
 */
export async function writeComment(client: Client, request: CommentRequest): Promise<CommentOutcome> {
  try {
    return await upsert(client, request);
  } catch (error) {
    const refusal = readRefusal(error);
    return { status: refusal.kind, url: null, refusal };
  }
}

async function upsert(client: Client, request: CommentRequest): Promise<CommentOutcome> {
  const { repository, marker } = request;
  const { data: pull } = await client.rest.pulls.get({ ...repository, pull_number: request.pull });
  const place = { marker, present: pull.head.sha };
  const headNow = marker.head === null || pull.head.sha === marker.head ? null : pull.head.sha;
  const { own, isCertain, lastPage } = await listOwn(client, request, 1);
  if (own.some((comment) => beats(comment.marker, place))) return end('superseded', own[0]?.url);
  const body = request.write(headNow);
  for (const [i, { id, url }] of own.entries()) {
    try {
      // Between the list and now another run may have written: it is looked at once more, as late as can be.
      const { data: current } = await client.rest.issues.getComment({ ...repository, comment_id: id });
      const theirs = readMarker(current.body ?? '');
      if (theirs !== null && beats(theirs, place)) return end('superseded', url);
      const isSame = current.body?.trim() === body.trim();
      if (!isSame) await client.rest.issues.updateComment({ ...repository, comment_id: id, body });
      await fold(client, request, own.slice(i + 1));
      return end(isSame ? 'unchanged' : 'updated', url);
    } catch (error) {
      const { kind } = readRefusal(error);
      // Deleted meanwhile; or, where nobody could say whose it is, another bot's.
      if (kind !== 'not-found' && (kind !== 'forbidden' || isCertain)) throw error;
    }
  }
  if (pull.locked) return end('locked');
  if (pull.state !== 'open') return end('closed');
  if (!request.create) return end('quiet');
  const { data: made } = await client.rest.issues.createComment({ ...repository, issue_number: request.pull, body });
  return settle(client, request, { id: made.id, url: made.html_url, marker }, lastPage);
}

/** The run that writes, and the commit that the pull request is at. */
interface Place {
  readonly marker: Marker;
  readonly present: string;
}

/**
 * After a comment was made: of those that were made at the same time the latest run's stays. None is written over: of
 * two that write into one comment, the later run can be the first.
 */
async function settle(
  client: Client,
  request: CommentRequest,
  mine: OwnComment,
  lastPage: number,
): Promise<CommentOutcome> {
  // What was made since then stands behind what was there. Mine, too, may say by now what a later run says.
  const { own } = await listOwn(client, request, lastPage);
  const all = own.some(({ id }) => id === mine.id) ? own : [...own, mine];
  const latest = all.reduce((a, b) => (comesAfter(b, a) ? b : a));
  const rest = all.filter((comment) => comment !== latest);
  await fold(client, request, latest.id === mine.id ? rest : [mine]);
  return end(isLaterRun(latest.marker, mine.marker) || latest.id !== mine.id ? 'superseded' : 'created', latest.url);
}

/** The same order for all makers, whatever they know of the pull request, so that just one of them stays. */
function comesAfter(a: OwnComment, b: OwnComment): boolean {
  return isLaterRun(a.marker, b.marker) || (!isLaterRun(b.marker, a.marker) && a.id > b.id);
}

const PER_PAGE = 100;
/** GitHub takes no more than 2500 comments in one place. */
const MOST_PAGES = 25;

/** Comments from that page on that begin with a marker of this key and were written by whom the token writes as, the oldest first. */
async function listOwn(
  client: Client,
  { repository, pull, marker }: CommentRequest,
  firstPage: number,
): Promise<{ own: OwnComment[]; isCertain: boolean; lastPage: number }> {
  const found: (OwnComment & { readonly node: string; readonly isBot: boolean })[] = [];
  for (let page = firstPage; ; page++) {
    const { data } = await client.rest.issues.listComments({
      ...repository,
      issue_number: pull,
      per_page: PER_PAGE,
      page,
    });
    for (const { id, node_id: node, body, html_url: url, user } of data) {
      const theirs = body === undefined ? null : readMarker(body);
      if (body === undefined || theirs?.key !== marker.key) continue;
      found.push({ id, node, url, marker: theirs, isBot: user?.type === 'Bot' });
    }
    if (data.length === PER_PAGE && page < MOST_PAGES) continue;
    const mine = found.length === 0 ? new Map() : await askWhichAreMine(client, found.slice(0, PER_PAGE));
    // Where GitHub does not say: a workflow's token writes as a bot, and people's comments are not its own.
    const own = found.filter(({ node, isBot }) => mine.get(node) ?? isBot);
    const isCertain = own.every(({ node }) => mine.has(node));
    return { own: own.sort((a, b) => a.id - b.id), isCertain, lastPage: page };
  }
}

const WHICH_ARE_MINE = 'query($ids: [ID!]!) { nodes(ids: $ids) { ... on IssueComment { id viewerDidAuthor } } }';

interface Authorship {
  readonly nodes?: readonly ({ readonly id?: string; readonly viewerDidAuthor?: boolean } | null)[];
}

/** Anybody can copy a marker; only GitHub knows who wrote it. Comments that it says nothing of are not in the answer. */
async function askWhichAreMine(
  client: Client,
  comments: readonly { readonly node: string }[],
): Promise<ReadonlyMap<string, boolean>> {
  let answer: Authorship | undefined;
  try {
    answer = await client.graphql<Authorship>(WHICH_ARE_MINE, { ids: comments.map(({ node }) => node) });
  } catch (error) {
    if (readRefusal(error).kind === 'aborted') throw error;
    // Nodes that are gone, or that the token may not see, are errors beside the answer.
    answer = (error as { data?: Authorship }).data;
  }
  return new Map(
    (answer?.nodes ?? []).flatMap((node) =>
      node?.id && node.viewerDidAuthor !== undefined ? [[node.id, node.viewerDidAuthor] as const] : [],
    ),
  );
}

/** Takes duplicates away, except what has changed since it was listed; whoever does not succeed leaves it to the next run. */
async function fold(client: Client, { repository }: CommentRequest, comments: readonly OwnComment[]): Promise<void> {
  for (const { id, marker } of comments) {
    try {
      const { data: current } = await client.rest.issues.getComment({ ...repository, comment_id: id });
      if (!isDeepStrictEqual(readMarker(current.body ?? ''), marker)) continue;
      await client.rest.issues.deleteComment({ ...repository, comment_id: id });
    } catch (error) {
      if (readRefusal(error).kind === 'aborted') throw error;
    }
  }
}

/**
 * Whether what another run wrote is to stay: it is of the commit that the pull request is at and this is not, or both
 * are (or neither is) and it is from a later run or attempt.
 */
function beats(theirs: Marker, { marker: ours, present }: Place): boolean {
  const [theyAre, weAre] = [theirs.head === present, ours.head === present];
  if (theyAre !== weAre && theirs.head !== null && ours.head !== null) return theyAre;
  return theirs.run !== null && ours.run !== null && isLaterRun(theirs, ours);
}

function end(status: CommentStatus, url: string | null = null): CommentOutcome {
  return { status, url, refusal: null };
}
