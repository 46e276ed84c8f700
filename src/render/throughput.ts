import { encodingLabel, significant } from './format.ts';
import { type Group, type Lookup, nothing } from './lookup.ts';
import { isConcurrent } from './loop.ts';
import { listColumns } from './pivot.ts';
import { code, plain, say } from './prose.ts';
import { left, right, type Table } from './table.ts';

/**
 * Requests a second, in the same places as the medians. Null where a single connection asked everywhere: there it is
 * the mean latency once more. No cell is called the best, because nothing was compared.
 */
export function buildThroughput(lookup: Lookup, group: Group): Table | null {
  if (!isConcurrent(lookup.report)) return null;
  const heads = listColumns(lookup.report);
  return {
    caption: plain`${group.title}, requests a second`,
    columns: [left(plain`${group.title} · req/s`), ...heads.map(({ title }) => right(title))],
    rows: lookup.report.config.encodings.map((encoding) => [
      say`${code(encodingLabel(encoding))}`,
      ...heads.map(({ transport, method }) => {
        const cell = group.cells.find(
          (one) => one.encoding === encoding && one.transport === transport && one.method === method,
        );
        const result = cell?.state === 'measured' ? lookup.result(cell) : null;
        return result === null ? nothing : say`${significant(result.throughput)}`;
      }),
    ]),
  };
}
