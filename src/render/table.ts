import { type Plain, type Prose, say } from './prose.ts';

export interface Column {
  readonly title: Prose;
  readonly align: 'left' | 'right';
}

/** A table that knows no sink. The first column names its rows. */
export interface Table {
  readonly caption: Plain;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Prose[])[];
}

export function left(title: Plain | Prose): Column {
  return { title: say`${title}`, align: 'left' };
}

export function right(title: Plain | Prose): Column {
  return { title: say`${title}`, align: 'right' };
}

/** Names stay on one line, so that where a table is too wide other words of it wrap and not they. */
export function unbroken(table: Table, column = 0): Table {
  const join = (prose: Prose): Prose =>
    prose.map((segment) =>
      segment.style === 'plain' ? { ...segment, text: segment.text.replaceAll(' ', '\u00a0') as Plain } : segment,
    );
  return { ...table, rows: table.rows.map((row) => row.map((cell, i) => (i === column ? join(cell) : cell))) };
}
