import type { Plain, Prose } from './prose.ts';

export interface Column {
  readonly title: Plain;
  readonly align: 'left' | 'right' | 'center';
}

/** A table that knows no sink. The first column names its rows. */
export interface Table {
  readonly caption: Plain;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Prose[])[];
}

export function left(title: Plain): Column {
  return { title, align: 'left' };
}

export function right(title: Plain): Column {
  return { title, align: 'right' };
}
