/** One arm as somebody wrote it, before its properties are looked at. */
export interface RawArm {
  readonly id: string;
  readonly properties: ReadonlyMap<string, RawValue>;
}

/** A scalar is the text that stands for it: `1.10` must not become 1.1 on its way into an environment variable. */
export type RawValue = string | null | readonly RawValue[] | ReadonlyMap<string, RawValue>;

/** What was written, and what is wrong with the writing. */
export interface RawArms {
  readonly arms: readonly RawArm[];
  readonly problems: readonly string[];
}

/** A value as messages show it: short, and on one line. */
export function show(value: RawValue): string {
  if (value === null) return 'nothing';
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 100));
  return value instanceof Map ? 'a mapping' : 'a list';
}
