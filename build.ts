import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { collectLicences } from './scripts/licences.ts';
import { precompileTemplates } from './scripts/precompile-templates.ts';

/**
 * Bundles the Action (ESM): main.js, which prints the first log line and loads the rest; worker.js for the child
 * processes; what is imported on demand (charts, the artifacts' client) in files of its own; the licences of everything
 * that is in them. The same sources give the same bytes in any folder.
 */
const out = 'dist';

await rm(out, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: ['src/main.ts', 'src/worker.ts'],
  plugins: [precompileTemplates(), leaveOut('unzip-stream'), shake('@kubernetes/client-node')],
  outdir: out,
  bundle: true,
  splitting: true,
  // The files that belong to the program lie beside dist: a part in a folder of its own would look one level too low.
  chunkNames: '[name]-[hash]',
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

/** Leaves out a package that is imported by code which nothing here calls: it downloads artifacts, and has parts without a licence. */
function leaveOut(name: string): Plugin {
  return {
    name: 'leave-out',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: name, namespace: 'left-out' }));
      onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'export default undefined;', loader: 'js' }));
    },
  };
}

/** Lets what a package has and nobody uses be left out: its modules only define things, though it does not say so. */
function shake(name: string): Plugin {
  const seen = {};
  return {
    name: 'shake',
    setup(build) {
      build.onResolve({ filter: /.*/ }, async ({ path, importer, namespace, resolveDir, kind, pluginData }) => {
        const isPart = path.startsWith(name) || importer.includes(`node_modules/${name}/`);
        if (!isPart || pluginData === seen) return undefined;
        const found = await build.resolve(path, { importer, namespace, resolveDir, kind, pluginData: seen });
        return { ...found, sideEffects: false, pluginData: undefined };
      });
    },
  };
}
