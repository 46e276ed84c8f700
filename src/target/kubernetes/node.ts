import { ServerError } from '../../errors.ts';
import { lastLines } from '../exec.ts';
import type { KubeApi } from './api.ts';
import { isReady } from './conditions.ts';
import type { Node } from './objects.ts';
import { askApi } from './patience.ts';
import { expectItems } from './shapes.ts';

const READY_LIMIT_MS = 120_000;

/** Waits until the only node is ready; kind itself does not fail when it is not. Throws ServerError. */
export async function waitForNode(api: KubeApi, signal: AbortSignal, limitMs = READY_LIMIT_MS): Promise<Node> {
  let last = 'there is none';
  const node = await askApi(
    async () => {
      const [node] = expectItems('node', await api.get('/api/v1/nodes'));
      const ready = node?.status?.conditions?.find(({ type }) => type === 'Ready');
      if (node !== undefined) last = ready?.message || 'it says nothing of itself';
      return node !== undefined && isReady(node) ? node : null;
    },
    limitMs,
    signal,
  );
  if (node !== null) return node;
  throw new ServerError(
    `expected the node of the cluster to be ready within ${limitMs / 1000} s; it is not: ${lastLines(last).join(' ')}. Run again.`,
  );
}
