import { buildAlert } from './alert.ts';
import { describeKept } from './gate-findings.ts';
import { buildGateTable, explainGate } from './gate-table.ts';
import { countLimits } from './gate-words.ts';
import { buildHistoryTable, explainHistory } from './history-table.ts';
import type { Group, Lookup } from './lookup.ts';
import { alert, blocks, details, lines, type Md, md, small, tableToMarkdown, toMarkdown } from './markdown.ts';
import { foreign, say } from './prose.ts';
import { unbroken } from './table.ts';

/** What the report was held to and stands in a row with, as parts of the comment and the summary. */

/** Several things to tell stand in a list. */
export function alertBlock(lookup: Lookup): Md | null {
  const found = buildAlert(lookup);
  if (found === null) return null;
  const lead = alert(found.kind, found.lead);
  return found.items.length === 0
    ? lead
    : lines(lead, md`>`, ...found.items.map((item) => md`> - ${toMarkdown(item)}`));
}

/** One line for limits that were kept. */
export function keptLine(lookup: Lookup): Md | null {
  const kept = describeKept(lookup);
  return kept === null ? null : toMarkdown(kept);
}

export function limitsTable(lookup: Lookup): Md | null {
  const { gate } = lookup.report;
  const table = buildGateTable(lookup);
  if (gate === null || table === null) return null;
  return details(
    md`<b>Limits</b>: ${countLimits(gate.rules)}`,
    blocks(tableToMarkdown(unbroken(table, 1)), small(explainGate(lookup))),
  );
}

/** Folded where there are earlier runs; else the line that says why there are none. */
export function earlierRuns(lookup: Lookup, groups: readonly Group[]): Md | null {
  const note = explainHistory(lookup);
  const { history } = lookup.report;
  if (note === null || history === null) return null;
  if (history.status !== 'found') return small(note);
  const cells = groups.flatMap((group) => group.cells);
  const table = buildHistoryTable(lookup, cells);
  return details(
    md`<b>Earlier runs</b> on ${toMarkdown(say`${foreign(history.branch)}`)}: how the medians went, which decides nothing`,
    blocks(table === null ? null : tableToMarkdown(unbroken(table)), small(note)),
  );
}
