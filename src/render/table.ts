import { type Plain, type Prose, say } from './prose.ts';

export interface Column {
  readonly title: Prose;
  readonly align: 'left' | 'right' | 'center';
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
