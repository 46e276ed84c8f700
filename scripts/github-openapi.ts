import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../src/errors.ts';

/**
 * Writes test/helpers/github/openapi.json: the operations of GitHub's REST API that the loopback GitHub has, and the
 * schemas that they reach, without any prose. The package unpacks to half a gigabyte, so it is no dependency:
 *
 *     npm install --prefix /tmp/openapi @octokit/openapi@23.0.2
 *     node scripts/github-openapi.ts /tmp/openapi/node_modules/@octokit/openapi
 */
const OPERATIONS: Readonly<Record<string, readonly string[]>> = {
  '/repos/{owner}/{repo}/pulls': ['get'],
  '/repos/{owner}/{repo}/pulls/{pull_number}': ['get'],
  '/repos/{owner}/{repo}/issues/{issue_number}/comments': ['get', 'post'],
  '/repos/{owner}/{repo}/issues/comments/{comment_id}': ['get', 'patch', 'delete'],
  '/repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs': ['get'],
  '/repos/{owner}/{repo}/actions/runs/{run_id}': ['get'],
  '/repos/{owner}/{repo}/actions/runs/{run_id}/artifacts': ['get'],
  '/repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}': ['get'],
};

const OUTPUT = 'test/helpers/github/openapi.json';

/** What says something to people and nothing to a validator. */
const PROSE = new Set(['description', 'summary', 'title', 'example', 'examples', 'externalDocs', 'tags', 'deprecated']);

/** Keys of which the values are maps by name: in them `title` is a property, not a title. */
const MAPS_BY_NAME = new Set(['properties', 'patternProperties', 'schemas', 'parameters', 'responses']);

interface Description {
  readonly paths: Record<string, Record<string, unknown>>;
  readonly components: Record<string, Record<string, unknown>>;
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new UserError('expected the folder of the package @octokit/openapi');
const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
const whole: Description = JSON.parse(await readFile(join(folder, 'generated', 'api.github.com.json'), 'utf8'));

const subset = { source: { name, version, license }, ...selectOperations(whole) };
await writeFile(OUTPUT, JSON.stringify(subset));
execFileSync('node_modules/.bin/biome', ['format', '--write', OUTPUT]);

function selectOperations(description: Description): Description {
  const paths: Description['paths'] = {};
  for (const [path, methods] of Object.entries(OPERATIONS)) {
    const operations = description.paths[path];
    if (!operations) throw new UserError(`the description has no path ${path}`);
    paths[path] = {};
    for (const method of methods) {
      if (!operations[method]) throw new UserError(`the description has no ${method} ${path}`);
      paths[path][method] = withoutProse(operations[method]);
    }
  }
  return { paths, components: selectComponents(paths, description.components) };
}

/** Everything that `paths` refers to, and what that refers to in turn. */
function selectComponents(paths: unknown, all: Description['components']): Description['components'] {
  const components: Description['components'] = {};
  const open = findReferences(paths);
  for (let reference = open.pop(); reference !== undefined; reference = open.pop()) {
    const [, , kind = '', key = ''] = reference.split('/');
    if (components[kind]?.[key] !== undefined) continue;
    const component = withoutProse(all[kind]?.[key]);
    if (component === undefined) throw new UserError(`the description has no ${reference}`);
    components[kind] = { ...components[kind], [key]: component };
    open.push(...findReferences(component));
  }
  return components;
}

function findReferences(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : findReferences(inner),
  );
}

function withoutProse(value: unknown, names = false): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutProse(item));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => names || (!PROSE.has(key) && !key.startsWith('x-')));
  return Object.fromEntries(
    // Only JSON is ever sent or asked for.
    kept
      .filter(([key]) => !key.startsWith('application/') || key === 'application/json')
      .map(([key, inner]) => [key, withoutProse(inner, !names && MAPS_BY_NAME.has(key))]),
  );
}
