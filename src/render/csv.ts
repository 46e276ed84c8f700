import { GATE_RESULTS } from '../gate-rules.ts';
import type { Arm, CellReport, CellResult, Comparison, GateCheck, Report } from '../report.ts';
import { clean } from './foreign.ts';
import { createLookup } from './lookup.ts';

type Value = string | number | null | undefined;

interface Row {
  readonly arm: Arm;
  readonly cell: CellReport;
  readonly result: CellResult | null;
  readonly floorMs: number | undefined;
  /** Against the baseline's cell; null in the baseline itself. */
  readonly against: Comparison | null;
  /** The worst that limits came to there; undefined where none was for it. */
  readonly gate: GateCheck['result'] | undefined;
}

/** Stable names, units in them. New columns go to the end. */
const COLUMNS: readonly (readonly [name: string, read: (row: Row) => Value])[] = [
  ['arm', ({ arm }) => arm.id],
  ['cell', ({ cell }) => cell.id],
  ['method', ({ cell }) => cell.method],
  ['transport', ({ cell }) => cell.transport],
  ['encoding', ({ cell }) => cell.encoding],
  ['batch', ({ cell }) => cell.batch],
  ['concurrency', ({ cell }) => cell.concurrency],
  ['state', ({ cell }) => cell.state],
  ['reason', ({ cell }) => cell.reason],
  ['request_bytes', ({ cell }) => cell.request.bytes],
  ['request_sha256', ({ cell }) => cell.request.sha256],
  ['response_bytes', ({ cell }) => cell.response?.bytes],
  ['rounds', ({ result }) => result?.rounds.length],
  ['requests', ({ result }) => result?.requests],
  ['errors', ({ result }) => result?.errors],
  ['p50_ms', ({ result }) => result?.p50Ms.value],
  ['p50_low_ms', ({ result }) => result?.p50Ms.low],
  ['p50_high_ms', ({ result }) => result?.p50Ms.high],
  ['p50_confidence', ({ result }) => result?.p50Ms.confidence],
  ['p50_unflagged_ms', ({ result }) => result?.p50UnflaggedMs?.value],
  ['p90_ms', ({ result }) => result?.percentilesMs.p90],
  ['p90_low_ms', ({ result }) => result?.percentileIntervalsMs.p90?.low],
  ['p90_high_ms', ({ result }) => result?.percentileIntervalsMs.p90?.high],
  ['p95_ms', ({ result }) => result?.percentilesMs.p95],
  ['p95_low_ms', ({ result }) => result?.percentileIntervalsMs.p95?.low],
  ['p95_high_ms', ({ result }) => result?.percentileIntervalsMs.p95?.high],
  ['p99_ms', ({ result }) => result?.percentilesMs.p99],
  ['p99_low_ms', ({ result }) => result?.percentileIntervalsMs.p99?.low],
  ['p99_high_ms', ({ result }) => result?.percentileIntervalsMs.p99?.high],
  ['mean_ms', ({ result }) => result?.meanMs],
  ['min_ms', ({ result }) => result?.minMs],
  ['max_ms', ({ result }) => result?.maxMs],
  ['throughput_per_s', ({ result }) => result?.throughput],
  ['duty_share', ({ result }) => result?.duty],
  ['connect_p50_ms', ({ result }) => result?.partsMs.connect],
  ['first_byte_p50_ms', ({ result }) => result?.partsMs.firstByte],
  ['floor_p50_ms', ({ floorMs }) => floorMs],
  ['floor_share', ({ result }) => result?.floorShare],
  ['dropped', ({ result }) => result?.dropped],
  ['in_flight', ({ result }) => result?.inFlight],
  ['server_cpu_ms_per_request', ({ result }) => result?.server?.cpuMsPerRequest],
  ['server_rss_bytes', ({ result }) => result?.server?.rssBytes],
  ['server_throttled_share', ({ result }) => result?.server?.throttledShare],
  ['against_baseline_effect', ({ against }) => against?.effect],
  ['against_baseline_low', ({ against }) => against?.low],
  ['against_baseline_high', ({ against }) => against?.high],
  ['against_baseline_verdict', ({ against }) => against?.verdict],
  ['against_baseline_confirmed', ({ against }) => against?.confirmation && String(against.confirmation.holds)],
  ['against_baseline_confirmed_effect', ({ against }) => against?.confirmation?.effect],
  ['against_baseline_confirmed_low', ({ against }) => against?.confirmation?.low],
  ['against_baseline_confirmed_high', ({ against }) => against?.confirmation?.high],
  ['against_baseline_confirmed_rounds', ({ against }) => against?.confirmation?.rounds],
  ['gate', ({ gate }) => gate],
];

/** One row per cell and arm, in full precision; nothing where nothing was measured. */
export function renderCsv(report: Report): string {
  const lookup = createLookup(report);
  const floors = new Map(report.floor.map((floor) => [JSON.stringify([floor.arm, floor.cell]), floor.p50Ms]));
  const checks = Map.groupBy(report.gate?.rules.flatMap((rule) => rule.checks) ?? [], (check) =>
    JSON.stringify([check.arm, check.cell]),
  );
  const rows = report.cells.flatMap((cell) =>
    report.arms.map((arm): Row => {
      const floorMs = floors.get(JSON.stringify([arm.id, cell.id]));
      const found = checks.get(JSON.stringify([arm.id, cell.id])) ?? [];
      const gate = GATE_RESULTS.find((result) => found.some((check) => check.result === result));
      return { arm, cell, result: lookup.result(cell, arm), floorMs, against: lookup.against(cell, arm), gate };
    }),
  );
  const head = COLUMNS.map(([name]) => name).join(',');
  const body = rows.map((row) => COLUMNS.map(([, read]) => writeValue(read(row))).join(','));
  return [head, ...body, ''].join('\n');
}

function writeValue(value: Value): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'number' ? String(value) : escapeCsv(value);
}

/** Quoted where the format asks for it, and never a formula: spreadsheets run text that begins like one. */
export function escapeCsv(text: string): string {
  const safe = clean(text, Number.POSITIVE_INFINITY).replace(/^(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20])/u, "'");
  return /[",;'\ufffd]|^\s|\s$/u.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
