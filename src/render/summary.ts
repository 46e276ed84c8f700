import { buildFloorTable } from './cost-tables.ts';
import { buildEnvironmentTable, buildTimelineTable } from './environment.ts';
import { type Lookup, pickGroups } from './lookup.ts';
import { blocks, bullets, details, type Md, md, tableToMarkdown } from './markdown.ts';
import {
  alertBlock,
  armCharts,
  armConclusions,
  armTables,
  cellTables,
  codecTable,
  conclusions,
  head,
  intervalChart,
  links,
  medianCharts,
  method,
  page,
  pairTables,
  pivots,
  titleOf,
  withinArm,
} from './sections.ts';
import type { Table } from './table.ts';
import { describeWarning } from './warnings.ts';

/** The job's summary: as the comment, with the tables of the cells open and the warnings and the environment in full. */
export function renderSummary(lookup: Lookup): string {
  const groups = pickGroups(lookup.groups);
  return page(
    head(lookup),
    alertBlock(lookup),
    armConclusions(lookup),
    armTables(lookup, groups),
    armCharts(lookup, groups),
    withinArm(lookup, conclusions(lookup, groups), pivots(lookup, groups), intervalChart(lookup, groups)),
    section(md`Cells`, cellTables(lookup, groups)),
    section(md`Warnings`, warnings(lookup)),
    details(titleOf('medians', lookup, groups), medianCharts(lookup, groups)),
    details(titleOf('pairs', lookup, groups), pairTables(lookup, groups)),
    details(titleOf('codec', lookup, groups), codecTable(lookup, groups)),
    details(md`<b>Floor</b>: what the client and the kernel cost alone`, table(buildFloorTable(lookup))),
    method(lookup),
    section(md`Environment`, table(buildEnvironmentTable(lookup))),
    section(md`Stages`, table(buildTimelineTable(lookup))),
    links(lookup),
  );
}

function warnings(lookup: Lookup): Md {
  const { warnings } = lookup.report;
  return bullets(warnings.map((warning) => describeWarning(lookup, warning, Number.POSITIVE_INFINITY)));
}

function section(title: Md, body: Md): Md | null {
  return body === '' ? null : blocks(md`#### ${title}`, body);
}

function table(data: Table | null): Md {
  return data === null ? md`` : tableToMarkdown(data);
}
