import { z } from 'zod';

/**
 * Where a value is not what its schema says, one place after the other. Who takes the first few pays for no more, however
 * many there are: the schema's own check lists all of them, which takes more memory than there is for a file that is
 * made of nothing else.
 */
export function* listProblems(schema: unknown, value: unknown, path: readonly string[] = []): Generator<string> {
  if (schema instanceof z.ZodType && countValues(value, MOST_AT_ONCE) < MOST_AT_ONCE) {
    yield* tellAll(schema, value, path);
  } else if (schema instanceof z.ZodOptional) {
    if (value !== undefined) yield* listProblems(schema.unwrap(), value, path);
  } else if (schema instanceof z.ZodNullable) {
    if (value !== null) yield* listProblems(schema.unwrap(), value, path);
  } else if (schema instanceof z.ZodArray && Array.isArray(value)) {
    for (const [i, item] of value.entries()) yield* listProblems(schema.element, item, [...path, String(i)]);
  } else if (schema instanceof z.ZodRecord && schema.keyType instanceof z.ZodString && isObject(value)) {
    for (const key of Object.keys(value)) {
      yield* listProblems(schema.keyType, key, path);
      yield* listProblems(schema.valueType, value[key], [...path, key]);
    }
  } else if (schema instanceof z.ZodDiscriminatedUnion && isObject(value)) {
    const option = chooseOption(schema, value);
    if (option === undefined) yield tell(path, 'none of the kinds that there are');
    else yield* listProblems(option, value, path);
  } else if (schema instanceof z.ZodObject && isObject(value)) {
    yield* listInObject(schema, value, path);
  } else {
    yield tell(path, 'something else');
  }
}

function* listInObject(schema: z.ZodObject, value: Fields, path: readonly string[]): Generator<string> {
  for (const key of Object.keys(value)) {
    if (!Object.hasOwn(schema.shape, key)) yield tell([...path, key], 'no such field');
  }
  for (const [key, field] of Object.entries(schema.shape)) {
    yield* listProblems(field, Object.hasOwn(value, key) ? value[key] : undefined, [...path, key]);
  }
}

/** Of what has few parts. */
function* tellAll(schema: z.ZodType, value: unknown, path: readonly string[]): Generator<string> {
  for (const issue of schema.safeParse(value).error?.issues ?? []) {
    yield tell([...path, ...issue.path.map(String)], issue.message);
  }
}

const MOST_AT_ONCE = 1000;

/** The value and all values in it, or `most` where there are more. */
function countValues(value: unknown, most: number): number {
  let count = 1;
  if (typeof value !== 'object' || value === null) return count;
  // The keys of a long list are as many texts.
  if (Array.isArray(value) && value.length >= most) return most;
  for (const key in value) {
    if (count >= most) return most;
    count += countValues((value as Fields)[key], most - count);
  }
  return count;
}

function chooseOption({ options, def }: z.ZodDiscriminatedUnion, value: Fields): z.ZodObject | undefined {
  return options.find((option): option is z.ZodObject => {
    const field = option instanceof z.ZodObject ? option.shape[def.discriminator] : undefined;
    return field instanceof z.ZodType && field.safeParse(value[def.discriminator]).success;
  });
}

/** Names of fields are foreign text, and messages quote some. */
function tell(path: readonly string[], message: string): string {
  return `${path.join('.') || 'report'}: ${message}`.replace(/\p{C}+/gu, ' ').slice(0, MOST_CHARACTERS);
}

const MOST_CHARACTERS = 200;

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
