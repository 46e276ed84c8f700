import { Ajv, type ValidateFunction } from 'ajv';

type Schema = Readonly<Record<string, unknown>>;

/** Says in words what `value` has against `schema`; empty when nothing. */
type SchemaCheck = (schema: object, value: unknown) => string[];

const REFERENCE = '#/components/schemas/';

/**
 * Checks values against schemas of OpenAPI 3.0, in which `$ref` may name one of `components`. An object may hold only
 * what its schema lists, although OpenAPI would let it hold anything: a field that GitHub does not have is a mistake in
 * a request, and in a reply it is one that somebody could come to rely on.
 */
export function createSchemaCheck(components: Readonly<Record<string, object>>): SchemaCheck {
  const ajv = new Ajv({
    ...{ strict: false, allErrors: true },
    // Every server compiles its own, and most of what it compiles checks a handful of replies.
    ...{ inlineRefs: false, validateSchema: false, code: { optimize: false } },
  });
  for (const [name, holds] of Object.entries(FORMATS)) ajv.addFormat(name, holds);
  // GitHub adds fields to its errors as it sees fit.
  const definitions = Object.entries(components).map(([name, schema]) => [
    name,
    toJsonSchema(schema, !name.endsWith('-error')),
  ]);
  ajv.addSchema({ $id: 'github', definitions: Object.fromEntries(definitions) });
  const compiled = new WeakMap<object, ValidateFunction>();
  return (schema, value) => {
    const validate = compiled.get(schema) ?? ajv.compile(toJsonSchema(schema, true) as object);
    compiled.set(schema, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(({ instancePath, message, params }) => {
      const detail = params.additionalProperty ?? params.allowedValues;
      return `${instancePath} ${message}${detail === undefined ? '' : ` (${detail})`}`.trim();
    });
  };
}

/** The same schema as JSON Schema: `nullable` becomes a type, references are local, and objects are closed if asked. */
function toJsonSchema(schema: unknown, closed: boolean): unknown {
  if (Array.isArray(schema)) return schema.map((item) => toJsonSchema(item, closed));
  if (typeof schema !== 'object' || schema === null) return schema;
  const { nullable, $ref, properties, ...rest } = schema as Schema;
  if (typeof $ref === 'string') return { $ref: $ref.replace(REFERENCE, 'github#/definitions/') };
  const converted: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(rest)) converted[key] = toJsonSchema(value, closed);
  if (typeof properties === 'object' && properties !== null) {
    // A map by name, in which a property may be called like a keyword.
    const entries = Object.entries(properties).map(([name, value]) => [name, toJsonSchema(value, closed)]);
    converted.properties = Object.fromEntries(entries);
    if (closed && rest.additionalProperties === undefined) converted.additionalProperties = false;
  }
  return nullable === true ? { anyOf: [{ type: 'null' }, converted] } : converted;
}

const FORMATS: Readonly<Record<string, true | ((text: string) => boolean)>> = {
  'date-time': (text) =>
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text)),
  uri: (text) => URL.canParse(text),
  email: (text) => /^[^@\s]+@[^@\s]+$/.test(text),
  int64: true,
};
