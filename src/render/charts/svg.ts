import type { Plain } from '../prose.ts';

/**
 * A drawing that charts/ made of numbers and of words of our own. It is the only text that the page takes unescaped,
 * so nothing else may become one.
 */
export type Svg = string & { readonly __svg: unique symbol };

/**
 * What the chart library wrote, with a root of ours: named for those who do not see it, sized by the page, and without
 * what a picture on its own would need (styles for a pointer, measurements of the library, a background).
 *
 * @throws where an id is left: ids count up over a process, so the same report would not give the same page.
 */
export function wrapSvg(drawn: string, label: Plain, width: number, height: number): Svg {
  const inner = drawn
    .slice(drawn.indexOf('>') + 1, drawn.lastIndexOf('</svg>'))
    .replace(/<rect [^>]*fill="none"[^>]*><\/rect>/, '')
    .replace(/<style[^>]*>[\s\S]*?<\/style>/g, '')
    .replace(/ (?:pointer-events|class|style|ecmeta_\w+|dominant-baseline)="[^"]*"/g, (attribute) =>
      attribute.startsWith(' dominant-baseline') ? attribute : '',
    )
    .replace(/\n+/g, '');
  if (/ id="|url\(#/.test(inner)) throw new Error('a chart refers to an id, which would differ between pages');
  return `<svg class="chart" role="img" aria-label="${label}" viewBox="0 0 ${width} ${height}">${inner}</svg>` as Svg;
}
