import { compileTemplate } from './compile-template.ts';
import { buildView } from './html-view.ts';
import type { Lookup } from './lookup.ts';

/**
 * The whole report as one file that asks for nothing from outside and runs nothing. Every value goes through Handlebars'
 * own HTML escaping but the drawings of charts/, which the template takes at one place and in which no foreign text
 * stands. Loading this module loads the chart library: import it where a page is wanted.
 */
export function renderHtml(lookup: Lookup): string {
  // The template's own parts stand before the page and leave their line ends there.
  return compileTemplate('report.html.hbs')(buildView(lookup)).trimStart();
}
