import { compileTemplate } from './compile-template.ts';
import { buildView } from './html-view.ts';
import type { Lookup } from './lookup.ts';

/**
 * The whole report as one file that asks for nothing from outside. Every value goes through Handlebars' own HTML
 * escaping: the template has no raw output, the view no markup.
 */
export function renderHtml(lookup: Lookup): string {
  return compileTemplate('report.html.hbs')(buildView(lookup));
}
