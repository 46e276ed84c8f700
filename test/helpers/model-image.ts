import type { TestContext } from 'node:test';
import { provideImage } from '../../src/target/model-image.ts';
import { createArm, createTargetConfig, createTestHost } from '../target/helpers.ts';
import { buildImage, findBaseImage } from './docker.ts';

/**
 * The image of the benchmarked model, built where Docker does not have it; null where the test was skipped. It takes
 * minutes and is the same for all tests, so it stays in Docker's store: whoever needs one that goes takes a base.
 */
export async function provideModelImage(t: TestContext): Promise<string | null> {
  if ((await findBaseImage(t)) === null) return null;
  const config = createTargetConfig({ kind: 'docker', docker: { keepImage: true } });
  await using image = await provideImage(createArm(), config, createTestHost());
  return image.reference;
}

/**
 * A base that has every package already: what is built on it takes seconds, works, and has a name that no other run
 * uses. Null where the test was skipped.
 */
export async function buildReadyBase(t: TestContext): Promise<string | null> {
  const model = await provideModelImage(t);
  return model === null ? null : buildImage(t, [`FROM ${model}`, 'USER 0']);
}
