import type { ArmConfig } from '../../config.ts';
import type { Method } from '../../plan.ts';
import { nameArm, nameTarget } from '../arm-name.ts';
import type { ModelImage } from '../model-image.ts';
import { startAll } from '../start-all.ts';
import type { Host, Target } from '../target.ts';
import { explainApiError } from './api-error.ts';
import { type Place, startArm } from './arm.ts';
import { type Witness, writeBundle } from './bundle.ts';
import { writeBundleOnLoss } from './bundle-on-loss.ts';
import type { Amount } from './capacity.ts';
import { ENGINE_RESOURCES } from './manifest.ts';
import type { DeployOptions } from './options.ts';

const ARMS_AT_ONCE = 2;

/** All arms, up and answering. Disposing takes back all that was made for them. */
export interface KubernetesTargets extends AsyncDisposable {
  /** One for each arm, in their order. */
  readonly targets: readonly Target[];
}

/**
 * Takes over the targets that `start` puts up; `stack` takes back all that was made for them. What goes wrong, now or
 * while they are measured, is kept as the witness tells it, and before anything is taken back.
 */
export async function holdTargets(
  start: () => Promise<readonly Target[]>,
  witness: () => Witness,
  stack: AsyncDisposableStack,
  host: Host,
): Promise<KubernetesTargets> {
  try {
    const targets = await start();
    for (const target of targets) stack.use(target);
    // Disposed first: what it still reads is about to be taken back by the others.
    const lost = targets.map((target) => target.lost);
    stack.use(writeBundleOnLoss(lost, witness(), host));
    const made = stack.move();
    return { targets, [Symbol.asyncDispose]: () => made.disposeAsync() };
  } catch (cause) {
    const error = explainApiError(cause);
    await writeBundle(witness(), host, error);
    throw error;
  }
}

/** Deploys all arms, some at a time. `images` in the arms' order; null where the cluster fetches them. Throws ServerError. */
export async function startArms(
  options: DeployOptions,
  arms: readonly ArmConfig[],
  methods: readonly Method[],
  place: Place,
  images: readonly (ModelImage | null)[],
  nodePorts: readonly number[] | null,
  host: Host,
): Promise<Target[]> {
  return startAll(
    arms.map((arm, index) => async (signal) => {
      const ports = nodePorts?.slice(2 * index * methods.length) ?? null;
      const parts = { index, image: images[index] ?? null, nodePorts: ports };
      try {
        return nameTarget(await startArm(options, arm, methods, place, parts, { ...host, signal }), arms);
      } catch (error) {
        throw nameArm(error, arms, arm);
      }
    }),
    host.signal,
    ARMS_AT_ONCE,
  );
}

/** What comes with each model in its pod, one entry for each model of all arms. */
export function listBeside(arms: readonly ArmConfig[], methods: readonly Method[]): Amount[] {
  return arms.flatMap(({ engine }) => methods.map(() => ENGINE_RESOURCES[engine]));
}
