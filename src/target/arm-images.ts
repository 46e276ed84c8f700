import type { ArmConfig, TargetConfig } from '../config.ts';
import { nameArm } from './arm-name.ts';
import { type ModelImage, provideImage } from './model-image.ts';
import type { Host } from './target.ts';

/**
 * The arms' images in their order, one after the other: arms may have the same, which is then built once. `stack` takes
 * them back. Throws ServerError that names the arm.
 */
export async function provideImages(
  arms: readonly ArmConfig[],
  config: Pick<TargetConfig, 'docker'>,
  stack: AsyncDisposableStack,
  host: Host,
): Promise<ModelImage[]> {
  const images: ModelImage[] = [];
  for (const arm of arms) {
    try {
      images.push(stack.use(await provideImage(arm, config, host)));
    } catch (error) {
      throw nameArm(error, arms, arm);
    }
  }
  return images;
}
