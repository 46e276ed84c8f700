import description from './openapi.json' with { type: 'json' };
import { createSchemaCheck } from './schema.ts';

/** Checks what goes over the wire against GitHub's published description of its REST API. */
export interface Description {
  /** Null where GitHub has no such operation among those that the description holds. */
  find(method: string, path: string): Operation | null;
  /** What is wrong with a request, in words; empty when nothing is. */
  checkRequest(operation: Operation, query: Texts, body: unknown): string[];
  /** What is wrong with a reply. `body` is undefined where there is none. */
  checkReply(operation: Operation, status: number, body: unknown): string[];
}

export type Texts = Readonly<Record<string, string>>;

export interface Operation {
  /** Such as `GET /repos/{owner}/{repo}/pulls`. */
  readonly name: string;
  readonly params: Texts;
  readonly described: Described;
}

interface Described {
  readonly parameters: readonly Parameter[];
  readonly body: { readonly schema: object; readonly required: boolean } | null;
  /** By status; null for a reply without a body. */
  readonly replies: ReadonlyMap<number, object | null>;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: object;
}

interface Content {
  readonly content?: { readonly 'application/json'?: { readonly schema: object } };
}

interface RawOperation {
  readonly parameters?: readonly object[];
  readonly requestBody?: Content & { readonly required?: boolean };
  readonly responses: Readonly<Record<string, object>>;
}

export function readDescription(): Description {
  const schemas = departFrom(description.components.schemas);
  const check = createSchemaCheck(schemas);
  const operations = readOperations();
  return {
    find(method, path) {
      for (const { pattern, verb, name, described } of operations) {
        const match = verb === method ? pattern.exec(path) : null;
        if (match) return { name, params: { ...match.groups }, described };
      }
      return null;
    },
    checkRequest({ params, described }, query, body) {
      const problems = Object.keys(query)
        .filter((name) => !described.parameters.some((known) => known.in === 'query' && known.name === name))
        .map((name) => `query parameter ${name} is not known`);
      for (const { name, in: place, required, schema } of described.parameters) {
        const text = place === 'path' ? params[name] : query[name];
        if (text === undefined) {
          if (required) problems.push(`${place} parameter ${name} is missing`);
        } else if (readings(text).every((value) => check(schema, value).length > 0)) {
          problems.push(`${place} parameter ${name}: ${check(schema, text).join('; ')} (found ${text})`);
        }
      }
      if (body === null) return described.body?.required ? [...problems, 'the body is missing'] : problems;
      if (!described.body) return [...problems, 'no body is expected'];
      return [...problems, ...check(described.body.schema, body).map((text) => `body ${text}`)];
    },
    checkReply({ described }, status, body) {
      const schema = described.replies.get(status);
      if (schema === undefined && status < 400) return [`status ${status} is not described`];
      if (schema === null) return body === undefined ? [] : ['a body is not described'];
      if (body === undefined) return ['the body is missing'];
      // Errors that any operation may have are described nowhere; they share one shape.
      return check(schema ?? (schemas['basic-error'] as object), body).map((text) => `body ${text}`);
    },
  };
}

/** Where GitHub does what its description does not say: a pull request outlives the fork that its head was in. */
function departFrom(described: Readonly<Record<string, object>>): Readonly<Record<string, object>> {
  const schemas = structuredClone(described) as Record<string, { properties?: { head?: { properties: object } } }>;
  for (const name of ['pull-request', 'pull-request-simple']) {
    const head = schemas[name]?.properties?.head;
    const repo = { nullable: true, allOf: [{ $ref: '#/components/schemas/repository' }] };
    if (head) head.properties = { ...head.properties, repo };
  }
  return schemas;
}

/** A parameter is sent as text, whatever it is. */
function readings(text: string): unknown[] {
  return [
    text,
    ...(/^-?\d{1,15}$/.test(text) ? [Number(text)] : []),
    ...(text === 'true' || text === 'false' ? [text === 'true'] : []),
  ];
}

function readOperations() {
  const paths: Readonly<Record<string, Readonly<Record<string, RawOperation>>>> = description.paths;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      verb: method.toUpperCase(),
      pattern: new RegExp(`^${path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
      described: describeOperation(operation),
    })),
  );
}

function describeOperation({ parameters = [], requestBody, responses }: RawOperation): Described {
  const body = requestBody?.content?.['application/json'];
  return {
    parameters: parameters.map((parameter) => resolve<Parameter>(parameter)),
    body: body ? { schema: body.schema, required: requestBody?.required === true } : null,
    replies: new Map(
      Object.entries(responses).map(([status, response]) => [
        Number(status),
        resolve<Content>(response).content?.['application/json']?.schema ?? null,
      ]),
    ),
  };
}

/** The component that a reference names, or the thing itself. */
function resolve<T>(value: object): T {
  if (!('$ref' in value)) return value as T;
  const [, , kind = '', name = ''] = String(value.$ref).split('/');
  const components: Readonly<Record<string, Readonly<Record<string, object>>>> = description.components;
  return components[kind]?.[name] as T;
}
