import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ServerError } from '../../errors.ts';
import { lastLines, runProgram } from '../exec.ts';
import type { Host } from '../target.ts';
import { CHART_NAME, type ChartSource, isRemote, type OperatorSource } from './operator-source.ts';

const PULL_LIMIT_MS = 120_000;
const READ_LIMIT_MS = 30_000;

/**
 * Fetches a chart that is not on this machine into a folder of the run, so that it is there by the time the cluster is,
 * and reads which version it is of: of a file helm takes whatever version it has. Everything else is returned as it is.
 * Throws ServerError with helm's last lines.
 */
export async function fetchChart(source: OperatorSource, folder: string, host: Host): Promise<OperatorSource> {
  if (source.kind !== 'chart') return source;
  if (!isRemote(source.chart)) return readVersion(source, host);
  return host.time("fetch Seldon Core's chart", async () => readVersion(await pull(source, folder, host), host));
}

async function pull(source: ChartSource, folder: string, host: Host): Promise<ChartSource> {
  const { chart, version } = source;
  const what = chart.startsWith('oci:') || chart.endsWith('.tgz') ? [chart] : [CHART_NAME, '--repo', chart];
  const argv = ['helm', 'pull', ...what, '--version', version, '--destination', folder] as [string, ...string[]];
  const { code, stderr } = await runProgram(argv, { signal: host.signal, timeoutMs: PULL_LIMIT_MS });
  const archive = code === 0 ? (await readdir(folder)).find((name) => name.endsWith('.tgz')) : undefined;
  if (archive !== undefined) return { ...source, chart: join(folder, archive), origin: chart };
  throw new ServerError(
    `expected to fetch chart ${CHART_NAME} ${version} from ${chart}; helm could not. Its last lines say why.`,
    { detail: lastLines(stderr) },
  );
}

async function readVersion(source: ChartSource, host: Host): Promise<ChartSource> {
  const { code, stdout, stderr } = await runProgram(['helm', 'show', 'chart', source.chart], {
    signal: host.signal,
    timeoutMs: READ_LIMIT_MS,
  });
  // The name may be anybody's, the version is what all of helm goes by.
  const version = code === 0 ? /^version: *["']?([^\s"']{1,100})/m.exec(stdout)?.[1] : undefined;
  if (version !== undefined) return { ...source, version };
  throw new ServerError(`expected a chart in ${source.chart}; helm finds none. Its last lines say why.`, {
    detail: lastLines(stderr),
  });
}
