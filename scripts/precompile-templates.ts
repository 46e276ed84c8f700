import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import Handlebars from 'handlebars';
import { root, templatesFolder } from '../src/assets.ts';
import { COMPILE_OPTIONS } from '../src/render/compile-template.ts';

/** Puts a module in the place of compile-template.ts that holds the templates compiled and needs only Handlebars' runtime. */
export function precompileTemplates(): Plugin {
  return {
    name: 'precompile-templates',
    setup({ onLoad }) {
      onLoad({ filter: /[/\\]render[/\\]compile-template\.ts$/ }, async () => {
        const names = (await readdir(templatesFolder)).filter((name) => name.endsWith('.hbs')).sort();
        const compiled = await Promise.all(
          names.map(async (name) => {
            const text = await readFile(join(templatesFolder, name), 'utf8');
            return `${JSON.stringify(name)}: ${Handlebars.precompile(text, COMPILE_OPTIONS)}`;
          }),
        );
        const contents = `
          import Handlebars from 'handlebars/runtime.js';
          const specs = { ${compiled.join(',\n')} };
          export function compileTemplate(name) {
            const template = Handlebars.create().template(specs[name]);
            return (view) => template(view, { allowProtoMethodsByDefault: false, allowProtoPropertiesByDefault: false });
          }`;
        return { contents, loader: 'js', resolveDir: root };
      });
    },
  };
}
