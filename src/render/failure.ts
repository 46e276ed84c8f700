import type { Report } from '../report.ts';
import { blocks, details, escapeMarkdown, lines, type Md, md } from './markdown.ts';
import type { Posting } from './posting.ts';
import { writeLinks } from './posting-lines.ts';
import { marker } from './sections.ts';

/** Why there is no report to show. */
export interface Failure {
  /** Foreign text: it may quote what a server or a program said. */
  readonly reason: string;
  /** The last lines that it wrote. */
  readonly detail: readonly string[];
  readonly provenance: Report['provenance'];
}

const MOST_REASON = 600;
const MOST_LINES = 30;

/** What stands in the comment's and the summary's place when a run ended before anything could be measured. */
export function renderFailure({ reason, detail, provenance }: Failure, posting: Posting): string {
  const shown = detail.slice(-MOST_LINES);
  const links = posting.links.filter(({ what }) => what === 'diagnosis');
  return `${blocks(
    lines(marker(provenance, posting), md`### 🔴 Seldon payload benchmark: no report`),
    md`> [!CAUTION]\n> There is no report: ${escapeMarkdown(reason, MOST_REASON)}`,
    shown.length === 0 ? null : details(md`<b>The last lines that were written</b>`, lines(...shown.map(quoteLine))),
    ...writeLinks(links).map((link) => md`What the cluster tells of it (events, objects, logs) is in the ${link}.`),
    md`<sub>The step's log has the rest.</sub>`,
  )}\n`;
}

function quoteLine(line: string): Md {
  return md`${escapeMarkdown(line)}<br>`;
}
