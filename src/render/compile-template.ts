import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Handlebars from 'handlebars';
import { templatesFolder } from '../assets.ts';

/** How templates are compiled, here and when the bundle is built: nothing but what the view has and the helpers built in. */
export const COMPILE_OPTIONS = { strict: true, knownHelpersOnly: true, noEscape: false, preventIndent: true } as const;

type Template = (view: unknown) => string;

/**
 * A template of templates/ by its file name. The build puts a module in this one's place that holds them compiled, so
 * that the bundle compiles nothing and takes no template from a file.
 */
export function compileTemplate(name: 'report.html.hbs' | 'junit.xml.hbs'): Template {
  const template = Handlebars.create().compile(readFileSync(join(templatesFolder, name), 'utf8'), COMPILE_OPTIONS);
  return (view) => template(view, { allowProtoMethodsByDefault: false, allowProtoPropertiesByDefault: false });
}
