import type { Arm } from '../../report.ts';
import { runDocker } from '../docker-cli.ts';

/** As many as fit into what is kept of a program's output. */
const MAX_PACKAGES = 500;
/** The report takes no longer text. */
const MAX_VERSION_LENGTH = 2000;

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
    return code === 0 ? checkPython(JSON.parse(stdout)) : null;
  } catch {
    return null;
  }
}

/** An image is foreign: it may have a program called python3 that answers anything. */
export function checkPython(answer: unknown): NonNullable<Arm['python']> | null {
  if (typeof answer !== 'object' || answer === null) return null;
  const { version, packages } = answer as Record<string, unknown>;
  if (!isVersion(version) || typeof packages !== 'object' || packages === null || Array.isArray(packages)) return null;
  const entries = Object.entries(packages);
  if (entries.length > MAX_PACKAGES || !entries.every(([, value]) => isVersion(value))) return null;
  return { version, packages: packages as Record<string, string> };
}

function isVersion(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_VERSION_LENGTH;
}
