import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Handlebars from 'handlebars';
import { templatesFolder } from '../assets.ts';
import { buildView } from './html-view.ts';
import type { Lookup } from './lookup.ts';

/**
 * The whole report as one file that asks for nothing from outside. Every value goes through Handlebars' own HTML
 * escaping: the template has no raw output, the view no markup.
 */
export function renderHtml(lookup: Lookup): string {
  const template = Handlebars.create().compile(readFileSync(join(templatesFolder, 'report.html.hbs'), 'utf8'), {
    strict: true,
    knownHelpersOnly: true,
    noEscape: false,
    preventIndent: true,
  });
  return template(buildView(lookup), {
    allowProtoMethodsByDefault: false,
    allowProtoPropertiesByDefault: false,
  });
}
