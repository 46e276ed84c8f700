/**
 * The first line of a comment of ours, by which it is found again. Only closed forms go in, so that nothing foreign can
 * stand in it, and only a line at the very start of a comment counts.
 */
export interface Marker {
  /** One comment for each key: 16 hexadecimal digits. */
  readonly key: string;
  /** The commit that was measured; null where it is not known. */
  readonly head: string | null;
  /** The run that measured, and which attempt of it: later ones replace earlier ones, never the other way round. */
  readonly run: string | null;
  readonly attempt: string | null;
}

/** Whether `a` is a later run than `b`, or a later attempt of it. What tells of no run comes before all that do. */
export function isLaterRun(a: Pick<Marker, 'run' | 'attempt'>, b: Pick<Marker, 'run' | 'attempt'>): boolean {
  const [x, y] = [toNumber(a.run), toNumber(b.run)];
  return x === y ? toNumber(a.attempt) > toNumber(b.attempt) : x > y;
}

function toNumber(digits: string | null): bigint {
  return digits !== null && /^[0-9]{1,20}$/.test(digits) ? BigInt(digits) : -1n;
}

const PREFIX = '<!-- seldon-bench-action:v1 ';

const FIELDS = {
  key: /^[0-9a-f]{16}$/,
  head: /^[0-9a-f]{7,64}$/,
  run: /^[0-9]{1,20}$/,
  attempt: /^[0-9]{1,6}$/,
} as const;

/** Throws a TypeError for a key that is none; other fields that are not what they should be are written as unknown. */
export function writeMarker(marker: Marker): string {
  if (!FIELDS.key.test(marker.key)) throw new TypeError('expected a key of 16 hexadecimal digits');
  const fields = (Object.keys(FIELDS) as (keyof Marker)[]).map((name) => {
    const value = marker[name];
    return `${name}=${value !== null && FIELDS[name].test(value) ? value : '-'}`;
  });
  return `${PREFIX}${fields.join(' ')} -->`;
}

/** Null where the comment does not begin with a marker. */
export function readMarker(comment: string): Marker | null {
  if (!comment.startsWith(PREFIX)) return null;
  const end = comment.indexOf(' -->');
  if (end < 0 || end > 400) return null;
  const fields = new Map(
    comment
      .slice(PREFIX.length, end)
      .split(' ')
      .map((field): [string, string] => {
        const [name = '', value = ''] = field.split('=', 2);
        return [name, value];
      }),
  );
  const read = (name: keyof Marker): string | null => {
    const value = fields.get(name);
    return value !== undefined && FIELDS[name].test(value) ? value : null;
  };
  const key = read('key');
  return key === null ? null : { key, head: read('head'), run: read('run'), attempt: read('attempt') };
}
