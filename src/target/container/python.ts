import type { Arm } from '../../report.ts';
import { runDocker } from '../docker-cli.ts';

/** Bytes of the list: what we keep of a program's output has to hold it. */
const MAX_PACKAGES = 500;

const QUESTION = `
import importlib.metadata, json, platform
packages = {}
for found in importlib.metadata.distributions():
    packages[str(found.metadata["Name"])] = str(found.version)
packages.pop("pip", None)
print(json.dumps({"version": platform.python_version(), "packages": packages}, sort_keys=True))`;

/** Asks a running container for its Python and the packages in it; null where it does not tell. */
export async function readPython(container: string, signal: AbortSignal): Promise<NonNullable<Arm['python']> | null> {
  const { code, stdout } = await runDocker(['exec', container, 'python3', '-c', QUESTION], { signal });
  try {
    return code === 0 ? check(JSON.parse(stdout)) : null;
  } catch {
    return null;
  }
}

/** An image is foreign: it may have a program called python3 that answers anything. */
function check(answer: unknown): NonNullable<Arm['python']> | null {
  const { version, packages } = answer as Record<string, unknown>;
  if (typeof version !== 'string' || typeof packages !== 'object' || packages === null) return null;
  const entries = Object.entries(packages);
  if (entries.length > MAX_PACKAGES || entries.some(([, value]) => typeof value !== 'string')) return null;
  return { version, packages: packages as Record<string, string> };
}
