import { ServerError } from '../../errors.ts';
import { own } from '../../record.ts';
import type { Access } from './api.ts';
import { inCluster, requireHelm } from './helm.ts';
import type { ReleaseName } from './manager.ts';

const ASK_LIMIT_MS = 30_000;
/** Helm would leave out those that are neither deployed nor failed. */
const STATES = ['--deployed', '--failed', '--pending', '--uninstalling'];

/** The one that a run makes. */
export const SELDON_RELEASE: ReleaseName = { name: 'seldon-core', namespace: 'seldon-system' };

/** What helm has made of a chart, or was about to make. */
export interface Release extends ReleaseName {
  /** `deployed`, or what is wrong with it: `failed`, `pending-install`, `uninstalling` and others. */
  readonly status: string;
  /** Name and version, as in `seldon-core-operator-1.19.0`. */
  readonly chart: string;
  readonly revision: number;
}

/** What helm knows of a release; null where there is none. Throws ServerError with helm's last lines. */
export async function findRelease(
  { name, namespace }: ReleaseName,
  access: Access,
  signal: AbortSignal,
): Promise<Release | null> {
  const args = ['list', ...inCluster(access, namespace), '--filter', `^${name}$`, ...STATES, '--output', 'json'];
  const stdout = await requireHelm(
    args,
    `expected helm to say whether there is a release ${name} in namespace ${namespace}; it could not. Its last lines say why.`,
    { signal, timeoutMs: ASK_LIMIT_MS },
  );
  return readReleases(stdout, { name, namespace });
}

/** One of those that `helm list` writes; null where it is not among them. Throws ServerError for anything but a list. */
export function readReleases(json: string, { name, namespace }: ReleaseName): Release | null {
  const releases = parseList(json);
  const found = releases?.find((release) => own(release, 'name') === name);
  if (releases !== null && found === undefined) return null;
  const [status, chart, revision] = [own(found, 'status'), own(found, 'chart'), own(found, 'revision')];
  if (isWord(status) && isWord(chart) && isRevision(revision))
    return { name, namespace, status, chart, revision: Number(revision) };
  const fault = releases === null ? 'it is none' : `${name} has no status, chart or revision that can be read`;
  throw new ServerError(`expected a list of releases from helm: ${fault}`);
}

function parseList(json: string): readonly unknown[] | null {
  try {
    const list: unknown = JSON.parse(json);
    return Array.isArray(list) ? list : null;
  } catch {
    return null;
  }
}

/** Text, as helm writes it, or a number. */
function isRevision(revision: unknown): revision is string | number {
  return typeof revision === 'string' ? /^\d{1,9}$/.test(revision) : Number.isSafeInteger(revision);
}

/** What goes into the log and into the report. */
function isWord(text: unknown): text is string {
  return typeof text === 'string' && /^[\w.+-]{1,300}$/.test(text);
}

/** For people to copy. */
export function uninstallCommand({ name, namespace }: ReleaseName): string {
  return `\`helm uninstall ${name} -n ${namespace}\``;
}
