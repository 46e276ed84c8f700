import { readFile, stat } from 'node:fs/promises';
import { parse } from 'yaml';
import { explain, ServerError, UserError } from '../../errors.ts';
import type { Host } from '../target.ts';
import { askUntil } from '../wait.ts';
import type { KubeApi } from './api.ts';
import { isPassing } from './api-error.ts';
import { applyPatiently, isKindMissing } from './apply.ts';
import { expectObject } from './shapes.ts';

const APPLY_LIMIT_MS = 60_000;
/** Seldon Core's own manifests have half a megabyte. */
const MAX_BYTES = 16 * 1024 * 1024;

interface Document {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  /** YAML as it was written. It never passes through types that would drop what they do not know. */
  readonly text: string;
}

/**
 * Applies every object of a YAML file, those first on which others depend. Objects that name no namespace go to
 * `namespace`, which is made. Throws UserError for a file that cannot be used, ServerError for what is refused.
 */
export async function applyManifestFile(path: string, namespace: string, api: KubeApi, host: Host): Promise<void> {
  const documents = await readDocuments(path, namespace);
  const home = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  const all: Document[] = [{ ...home, name: namespace, namespace, text: JSON.stringify(home) }, ...documents];
  const rank = ({ kind }: Document): number => {
    const place = ['Namespace', 'CustomResourceDefinition', 'ServiceAccount'].indexOf(kind);
    // Webhooks last: they refuse objects of the same file as long as nobody serves them.
    return kind.endsWith('WebhookConfiguration') ? 9 : place === -1 ? 3 : place;
  };
  for (const document of all.toSorted((a, b) => rank(a) - rank(b))) {
    const where = await locate(document, api, host);
    await applyPatiently(api, `${document.kind} ${document.name}`, where, document.text, APPLY_LIMIT_MS, host);
  }
}

/** Throws UserError. */
export async function readDocuments(path: string, namespace: string): Promise<Document[]> {
  try {
    const about = await stat(path);
    if (!about.isFile() || about.size > MAX_BYTES) throw new Error(`not a regular file of at most ${MAX_BYTES} bytes`);
    const texts = (await readFile(path, 'utf8')).split(/^---.*$/m);
    const filled = texts.filter((text) => /^[^\s#]/m.test(text));
    return filled.map((text) => {
      const { apiVersion, kind, metadata } = (parse(text, { maxAliasCount: 100 }) ?? {}) as Header;
      const home = metadata?.namespace ?? namespace;
      if (![apiVersion, kind, metadata?.name, home].every(isName)) throw new Error(FORM);
      return { apiVersion, kind, name: metadata?.name, namespace: home, text } as Document;
    });
  } catch (error) {
    throw new UserError(`expected Kubernetes objects in YAML in ${path}: ${explain(error)}`, { cause: error });
  }
}

const FORM = 'an object lacks apiVersion, kind or a name, or they are none that can stand in an address';

/** It goes into a path of the API as it is. */
function isName(value: unknown): boolean {
  return typeof value === 'string' && /^[A-Za-z0-9][A-Za-z0-9.:/_-]{0,252}$/.test(value) && !/\.\.|\/\//.test(value);
}

interface Header {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
  readonly metadata?: { readonly name?: unknown; readonly namespace?: unknown } | null;
}

/** The path of an object: the server knows what its kind is called there. */
async function locate({ apiVersion, kind, name, namespace }: Document, api: KubeApi, host: Host): Promise<string> {
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const found = await askUntil(
    async () => {
      try {
        const { resources } = expectObject('list of resources', await api.get(group));
        return resources.find((resource) => resource.kind === kind && !resource.name.includes('/')) ?? null;
      } catch (error) {
        // A kind that was defined a moment ago.
        if (isKindMissing(error) || isPassing(error)) return null;
        throw error;
      }
    },
    APPLY_LIMIT_MS,
    host.signal,
  );
  if (found === null)
    throw new ServerError(`expected the cluster to know the kind ${kind} of ${apiVersion}; it does not`);
  return `${group}/${found.namespaced ? `namespaces/${namespace}/` : ''}${found.name}/${name}`;
}
