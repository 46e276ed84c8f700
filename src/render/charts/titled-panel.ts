import type { Plain } from '../prose.ts';
import type { Panel } from './panel.ts';

/** A panel with the words that stand above it. */
export interface TitledPanel {
  readonly title: Plain;
  readonly panel: Panel;
}
