import type { Condition } from './objects.ts';

/** Whether a node, or a pod, says of itself that it is ready. */
export function isReady({ status }: { readonly status?: { readonly conditions?: readonly Condition[] } }): boolean {
  return status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}
