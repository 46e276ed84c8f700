import { createRandom, type Random } from './random.ts';

/**
 * The stream of a seed that belongs to a name. What is computed under one name is then the same whatever else is
 * computed in the run. The name becomes a stream number by FNV-1a (32 bits).
 */
export function createNamedRandom(seed: number, name: string): Random {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return createRandom(seed, hash >>> 0);
}
