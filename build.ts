import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';

/**
 * Bundles the Action (ESM): main.js, which prints the first log line and loads action.js; worker.js for the child
 * processes; the licences of everything that is in them. The same sources give the same bytes in any folder.
 */
const out = 'dist';

await rm(out, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: ['src/main.ts', 'src/action.ts', 'src/worker.ts'],
  plugins: [keepApart('./action.ts')],
  outdir: out,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  minify: true,
  // Without it, error.name and constructor.name change.
  keepNames: true,
  legalComments: 'none',
  metafile: true,
  // Bundled CommonJS packages call require() for Node's own modules.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
});
await mkdir(out, { recursive: true });
await writeFile(join(out, 'licenses.txt'), await collectLicences(metafile));
await writeFile(join(out, 'package.json'), `${JSON.stringify({ type: 'module' })}\n`);

/** Leaves an import to run time, when the built file lies beside the one that imports it. */
function keepApart(module: string): Plugin {
  return {
    name: 'keep-apart',
    setup({ onResolve }) {
      onResolve({ filter: /^\./ }, ({ path }) =>
        path === module ? { path: path.replace(/\.ts$/, '.js'), external: true } : undefined,
      );
    },
  };
}

/** One section a package that has code in the bundle, in order of name. Fails on a package without a licence text. */
async function collectLicences({ inputs }: Metafile): Promise<string> {
  const folders = new Set<string>();
  for (const path of Object.keys(inputs)) {
    const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path);
    if (match?.[1]) folders.add(match[1]);
  }
  const sections = new Map<string, string>();
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    sections.set(
      `${name}@${version}`,
      `${name}@${version} (${license})\n\n${(await readLicence(folder, license)).trim()}\n`,
    );
  }
  return [...sections.values()].join(`\n${'-'.repeat(80)}\n\n`);
}

async function readLicence(folder: string, name: string): Promise<string> {
  for (const file of ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'LICENCE', 'license', 'license.md']) {
    const text = await readFile(join(folder, file), 'utf8').catch(() => null);
    if (text !== null) return text;
  }
  // A package that only names it: the text is the same for everybody, and this project's own.
  if (name === 'Apache-2.0') return readFile('LICENSE', 'utf8');
  throw new Error(`expected a licence text in ${folder}, found none`);
}
