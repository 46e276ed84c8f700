import * as core from '@actions/core';
import { z } from 'zod';

const created = z.array(
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('process-group'), pid: z.int().positive(), startTime: z.string().max(100) }),
    z.strictObject({ kind: z.literal('folder'), path: z.string().max(4096) }),
    z.strictObject({ kind: z.literal('container'), name: z.string().max(200) }),
    z.strictObject({ kind: z.literal('image'), reference: z.string().max(400) }),
    z.strictObject({ kind: z.literal('kind-cluster'), name: z.string().max(200), kubeconfig: z.string().max(4096) }),
    z.strictObject({
      kind: z.literal('namespace'),
      name: z.string().max(200),
      kubeconfig: z.string().max(4096),
      context: z.string().max(400),
      label: z.string().max(200),
    }),
    z.strictObject({ kind: z.literal('node-image'), node: z.string().max(200), reference: z.string().max(400) }),
    z.strictObject({ kind: z.literal('node-folder'), node: z.string().max(200), path: z.string().max(200) }),
    z.strictObject({
      kind: z.literal('models'),
      namespace: z.string().max(200),
      kubeconfig: z.string().max(4096),
      context: z.string().max(400),
      label: z.string().max(200),
    }),
  ]),
);
type Created = z.infer<typeof created>[number];

const STATE = 'created';

/** Keeps a list of what the run has made in the runner's state, where the post step finds it. */
export function createRecord(): (thing: Created) => () => void {
  const things = new Set<Created>();
  const save = (): void => core.saveState(STATE, JSON.stringify([...things]));
  return (thing) => {
    things.add(thing);
    save();
    return () => {
      things.delete(thing);
      save();
    };
  };
}

/** What the main step made and did not take back; nothing where the state is missing or is not ours. */
export function readRecord(): readonly Created[] {
  try {
    return created.parse(JSON.parse(core.getState(STATE) || '[]'));
  } catch {
    return [];
  }
}
