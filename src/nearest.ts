/** The one of `candidates` that a mistyped name most likely means: at most two edits away (Levenshtein). */
export function findNearest(name: string, candidates: readonly string[]): string | null {
  let best: { name: string; edits: number } | null = null;
  for (const candidate of candidates) {
    const edits = countEdits(name.slice(0, 40), candidate);
    if (edits <= 2 && (best === null || edits < best.edits)) best = { name: candidate, edits };
  }
  return best?.name ?? null;
}

function countEdits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
