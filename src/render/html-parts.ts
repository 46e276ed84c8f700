import type { Alert } from './alert.ts';
import type { Figure } from './charts/figures.ts';
import { drawPanel } from './charts/panel.ts';
import type { Forest } from './forest.ts';
import { FASTEST, type Pivot } from './pivot.ts';
import { toText } from './plain-text.ts';
import type { Plain, Prose } from './prose.ts';
import type { Table } from './table.ts';

const HEAT_STEPS = 7;

/** The parts of the page as the template takes them: text, drawings of ours, and every field always there. */

export function viewProse(prose: Prose) {
  return prose.map((segment) => ({
    strong: segment.style === 'strong',
    code: segment.style === 'code',
    foreign: segment.style === 'foreign',
    text: toText([segment]),
  }));
}

export function viewTable({ caption, columns, rows }: Table) {
  return {
    caption,
    columns: columns.map(({ title, align }) => ({ title: viewProse(title), align })),
    rows: rows.map(([head = [], ...cells]) => ({
      head: viewProse(head),
      cells: cells.map((cell, i) => ({ align: columns[i + 1]?.align ?? 'left', text: viewProse(cell) })),
    })),
  };
}

export function viewAlert({ kind, lead, items }: Alert) {
  return { kind: kind.toLowerCase(), lead: viewProse(lead), items: items.map(viewProse) };
}

export function viewOptional(table: Table | null) {
  return table === null ? null : viewTable(table);
}

export function viewFigure(figure: Figure | null) {
  return figure === null ? null : { caption: viewProse(figure.caption), charts: figure.charts };
}

export function viewPivot({ columns, rows }: Pivot) {
  const hasFastest = rows.some(({ fastest }) => fastest !== null);
  return {
    columns,
    fastestTitle: hasFastest ? FASTEST : null,
    rows: rows.map(({ encoding, cells, fastest }) => ({
      encoding,
      cells: cells.map(({ text, heat }) => ({
        text: viewProse(text),
        heat: heat === null ? 'none' : `h${Math.min(HEAT_STEPS - 1, Math.floor(heat * HEAT_STEPS))}`,
      })),
      fastest: fastest === null ? null : viewProse(fastest),
    })),
  };
}

interface ForestWords {
  /** The head of the first column. */
  readonly first: Plain;
  /** For an attribute, where no foreign text belongs. */
  readonly label: Plain;
  readonly caption: Prose;
}

export function viewForest(forest: Forest | null, words: ForestWords) {
  if (forest === null) return null;
  const { levels, margin, panel, rows } = forest;
  return {
    levels,
    margin,
    ...words,
    caption: viewProse(words.caption),
    svg: panel === null ? null : drawPanel(panel),
    hasMedians: rows.some(({ medians }) => medians !== null),
    rows: rows.map((row) => ({ ...row, label: viewProse(row.label), verdict: viewProse(row.verdict) })),
  };
}
