import { setTimeout as sleep } from 'node:timers/promises';
import { explain, ServerError } from '../../errors.ts';
import { type Access, type KubeApi, openKubeApi } from './api.ts';
import type { WatchEvent } from './api-exchange.ts';
import { gatherEvidence } from './evidence.ts';
import type { List, Pod } from './objects.ts';
import { podsPath } from './paths.ts';
import { expectItems } from './shapes.ts';

/** So long the API may be away: a model that goes on answering is not lost. */
const AWAY_LIMIT_MS = 15_000;
const PAUSE_MS = 1000;

interface Watch extends AsyncDisposable {
  /** Aborted with a ServerError when a model ends, is restarted or goes. */
  readonly lost: AbortSignal;
}

/** Watches the pods of an arm's models while they are measured, which costs nothing as long as nothing happens. */
export async function watchModels(
  access: Access,
  namespace: string,
  models: readonly string[],
  awayLimitMs = AWAY_LIMIT_MS,
): Promise<Watch> {
  const stop = new AbortController();
  const lost = new AbortController();
  const api = await openKubeApi(access, stop.signal);
  const path = podsPath(namespace, models);
  const known = new Map<string, number>();
  for (const pod of expectItems('pod', await api.get(path))) known.set(pod.metadata.name, countRestarts(pod));

  const check = async (type: string, pod: Pod): Promise<void> => {
    const { name } = pod.metadata;
    const isEnding = type === 'DELETED' || pod.metadata.deletionTimestamp !== undefined;
    const isRestarted = countRestarts(pod) > (known.get(name) ?? 0);
    if (!known.has(name) || !(isEnding || isRestarted)) return;
    const detail = await gatherEvidence(api, namespace, { seldon: null, deployments: [], pods: [pod], events: [] });
    lost.abort(new ServerError(`expected pod ${name} to keep running; it ${describeEnd(pod, isEnding)}.`, { detail }));
  };
  const checkAll = async (pods: readonly Pod[]): Promise<void> => {
    await Promise.all(pods.map((pod) => check('ADDED', pod)));
    const there = new Set(pods.map(({ metadata }) => metadata.name));
    const gone = [...known.keys()].find((name) => !there.has(name));
    if (gone !== undefined) lost.abort(new ServerError(`expected pod ${gone} to keep running; it was removed.`));
  };
  const watching = watch(api, path, check, checkAll, awayLimitMs, stop.signal).catch((error) => {
    const sentence = `expected the cluster to stay; its API has not answered for ${awayLimitMs / 1000} s: ${explain(error)}`;
    if (!stop.signal.aborted) lost.abort(new ServerError(sentence, { cause: error }));
  });
  return {
    lost: lost.signal,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await watching;
    },
  };
}

/** Goes on until the signal is aborted; rejects when the API has been away for too long. */
async function watch(
  api: KubeApi,
  path: string,
  check: (type: string, pod: Pod) => Promise<void>,
  checkAll: (pods: readonly Pod[]) => Promise<void>,
  awayLimitMs: number,
  signal: AbortSignal,
): Promise<void> {
  let awaySinceMs: number | null = null;
  while (!signal.aborted) {
    try {
      const list = await api.get<List<Pod> & { metadata: { resourceVersion: string } }>(path);
      await checkAll(expectItems('pod', list));
      const from = `${path}&watch=1&resourceVersion=${list.metadata.resourceVersion}`;
      awaySinceMs = null;
      const onEvent = ({ type, object }: WatchEvent): void => void check(type, object as Pod).catch(() => {});
      // One that is cut says nothing of the API: the next list does.
      await api.watch(from, onEvent, signal).catch(() => {});
    } catch (error) {
      if (signal.aborted) return;
      awaySinceMs ??= performance.now();
      if (performance.now() - awaySinceMs > awayLimitMs) throw error;
    }
    await sleep(PAUSE_MS, undefined, { signal, ref: false }).catch(() => {});
  }
}

function countRestarts({ status }: Pod): number {
  return (status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0);
}

function describeEnd({ status }: Pod, isEnding: boolean): string {
  const ended = (status?.containerStatuses ?? []).flatMap(({ state, lastState }) => {
    const terminated = state?.terminated ?? lastState?.terminated;
    return terminated === undefined ? [] : [terminated];
  });
  const [first] = ended;
  if (first === undefined) return isEnding ? 'was removed' : 'was started again';
  return first.reason === 'OOMKilled' ? 'took more memory than it may have' : `ended with code ${first.exitCode}`;
}
