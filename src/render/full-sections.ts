import { buildFloorTable, buildPathTable, PATH_NOTE } from './cost-tables.ts';
import { buildEnvironmentTable } from './environment.ts';
import type { Lookup } from './lookup.ts';
import { blocks, bullets, details, type Md, md, tableToMarkdown, toMarkdown } from './markdown.ts';
import type { Table } from './table.ts';
import { buildTimelineTable } from './timeline-table.ts';
import { describeWarning } from './warnings.ts';

/** What the summary has and the comment has no room for. */

export function warningsInFull(lookup: Lookup): Md {
  const { warnings } = lookup.report;
  return bullets(warnings.map((warning) => describeWarning(lookup, warning, Number.POSITIVE_INFINITY)));
}

export function floorTable(lookup: Lookup): Md {
  const path = buildPathTable(lookup);
  const title =
    path === null ? md`what the client and the kernel cost alone` : md`what the client, the kernel and the way cost`;
  const body = blocks(table(buildFloorTable(lookup)), path && blocks(toMarkdown(PATH_NOTE), table(path)));
  return details(md`<b>Floor</b>: ${title}`, body);
}

export function environmentTable(lookup: Lookup): Md {
  return table(buildEnvironmentTable(lookup));
}

export function stagesTable(lookup: Lookup): Md {
  return table(buildTimelineTable(lookup));
}

function table(data: Table | null): Md {
  return data === null ? md`` : tableToMarkdown(data);
}
