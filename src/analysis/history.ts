import { type History, type Report, resultOf } from '../report.ts';

type EarlierRuns = Extract<History, { status: 'found' }>['runs'];
type Differences = Extract<History, { status: 'not-comparable' }>['differences'];

const MOST_RUNS = 5;

/**
 * Puts an earlier run's medians beside this report's, with those that it stood beside itself. Nothing is judged: between
 * jobs the same code differs by more than what is looked for. Where machine or versions differ not even that is shown.
 */
export function recallHistory(
  now: Report,
  earlier: { readonly branch: string; readonly runId: string; readonly sha: string; readonly report: Report },
): History {
  const { branch, runId, sha, report } = earlier;
  const differences = listDifferences(report, now);
  if (differences.length > 0) return { status: 'not-comparable', branch, runId, differences };
  const own = { runId, sha, startedAt: report.startedAt, p50Ms: readMedians(report) };
  const before: EarlierRuns = report.history?.status === 'found' ? report.history.runs : [];
  const runs = [own, ...before.filter((run) => run.runId !== runId)].slice(0, MOST_RUNS);
  return { status: 'found', branch, runs };
}

/** What moves latencies by itself. */
function listDifferences(earlier: Report, now: Report): Differences {
  const facts = (report: Report): [string, string][] => {
    const { environment, arms, config, tool } = report;
    const [baseline] = arms;
    return [
      ['processor', environment.cpu.model],
      ['cores', String(environment.cpu.cores)],
      ['architecture', environment.arch],
      ['system', `${environment.platform} ${environment.kernel.replace(/^(\d+\.\d+\.\d+).*$/, '$1')}`],
      ['memory', `${Math.round(environment.memoryBytes / 2 ** 30)} GiB`],
      ['Node.js', environment.node.replace(/^(v?\d+)\..*$/, '$1')],
      ['cores of the load process', environment.pinning?.load ?? 'any'],
      ['target', config.target],
      ['client', config.client],
      ['arrivals a second', String(config.rate ?? 'closed loop')],
      ['Seldon Core', baseline?.seldonVersion ?? 'unknown'],
      ['Python', (baseline?.python?.version ?? 'none').replace(/^(\d+\.\d+).*$/, '$1')],
      ['model', `${baseline?.model ?? 'own'}, ${config.iterations} iterations`],
      ['settings', writeSettings({ ...baseline?.settings })],
      ['packages', writeSettings({ ...baseline?.python?.packages })],
      ['blocks', `${config.blockMs} ms`],
      ['version of this tool', tool.version],
    ];
  };
  const after = new Map(facts(now));
  const changed = facts(earlier).flatMap(([what, value]) => {
    const present = after.get(what) ?? '';
    return present === value ? [] : [{ what, earlier: shorten(value, present), now: shorten(present, value) }];
  });
  return [...changed, ...differingPayloads(earlier, now)];
}

/** Of long texts the part from where they differ. */
function shorten(text: string, other: string): string {
  const same = [...text].findIndex((letter, i) => letter !== other[i]);
  const from = text.length <= 100 ? 0 : Math.max(0, text.lastIndexOf(' ', Math.max(same, 0)) + 1);
  return text.slice(from, from + 200);
}

function writeSettings(settings: Readonly<Record<string, string>>): string {
  const entries = Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? 'none' : entries.map(([name, value]) => `${name}=${value}`).join(' ');
}

/** Other bytes are another question. */
function differingPayloads(earlier: Report, now: Report): Differences {
  const before = new Map(earlier.cells.map(({ id, request }) => [id, request.sha256]));
  const changed = now.cells.filter(({ id, request }) => {
    const then = before.get(id);
    return then !== undefined && then !== null && request.sha256 !== null && then !== request.sha256;
  });
  if (changed.length === 0) return [];
  return [{ what: 'payloads', earlier: 'other bytes', now: `${changed.length} cells with new bytes` }];
}

function readMedians({ arms, cells }: Report): Record<string, number> {
  const id = arms[0]?.id ?? '';
  return Object.fromEntries(
    cells.flatMap((cell) => {
      const result = resultOf(cell, id);
      return result === null ? [] : [[cell.id, result.p50Ms.value] as const];
    }),
  );
}
