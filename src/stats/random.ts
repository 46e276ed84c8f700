/** A stream of numbers, uniform on [0, 1), that the seed alone determines. */
export type Random = () => number;

/**
 * Splits one seed into independent streams: the same `seed` and `stream` always give the same numbers.
 * Generator: sfc32 (Doty-Humphrey, PractRand), 128 bits of state, seeded through splitmix32.
 */
export function createRandom(seed: number, stream = 0): Random {
  const next = splitmix32((Math.imul(seed, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca77)) >>> 0);
  let a = next();
  let b = next();
  let c = next() ^ (seed >>> 0);
  let counter = 1;
  const draw = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 2 ** 32;
  };
  // The first outputs of a small-state generator still resemble its seed.
  for (let i = 0; i < 12; i++) draw();
  return draw;
}

/** A new array with the same items in random order (Fisher-Yates; every order is equally likely). */
export function shuffle<T>(items: readonly T[], random: Random): T[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j] as T, order[i] as T];
  }
  return order;
}

function splitmix32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return (z ^ (z >>> 15)) | 0;
  };
}
