import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
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

/** One section a package that has code in the bundle, in order of name. Fails on a package without a licence text. */
async function collectLicences({ inputs }: Metafile): Promise<string> {
  const folders = new Set<string>();
  for (const path of Object.keys(inputs)) {
    const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path);
    if (match?.[1]) folders.add(match[1]);
  }
  const sections = new Map<string, string>();
  for (const folder of [...folders].sort()) {
    const about: About = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    const { name, version, license } = about;
    sections.set(
      `${name}@${version}`,
      `${name}@${version} (${license})\n\n${(await readLicence(folder, about)).trim()}\n`,
    );
  }
  return [...sections.values()].join(`\n${'-'.repeat(80)}\n\n`);
}

interface About {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly author?: string | { readonly name: string };
}

async function readLicence(folder: string, { license, author }: About): Promise<string> {
  for (const file of ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'LICENCE', 'license', 'license.md', 'UNLICENSE']) {
    const text = await readFile(join(folder, file), 'utf8').catch(() => null);
    if (text !== null) return text;
  }
  // A package that only names it: the text is the same for everybody, and this project's own.
  if (license === 'Apache-2.0') return readFile('LICENSE', 'utf8');
  const holder = typeof author === 'object' ? author.name : author;
  if (license === 'MIT' && holder) {
    return `Copyright (c) ${holder}\n\n${await readFile('scripts/mit-licence.txt', 'utf8')}`;
  }
  throw new Error(`expected a licence text in ${folder}, found none`);
}
