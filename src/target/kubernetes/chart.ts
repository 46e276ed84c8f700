import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ServerError } from '../../errors.ts';
import { lastLines, runProgram } from '../exec.ts';
import type { Host } from '../target.ts';
import type { OperatorSource } from './operator.ts';

const CHART = 'seldon-core-operator';
const PULL_LIMIT_MS = 120_000;

type Chart = Extract<OperatorSource, { kind: 'chart' }>;

/**
 * Fetches a chart that is not on this machine into a folder of the run, so that it is there by the time the cluster is.
 * Everything else is returned as it is. Throws ServerError with helm's last lines.
 */
export async function fetchChart(source: OperatorSource, folder: string, host: Host): Promise<OperatorSource> {
  if (source.kind !== 'chart' || !/^(https?|oci):/.test(source.chart)) return source;
  return host.time("fetch Seldon Core's chart", () => pull(source, folder, host));
}

async function pull(source: Chart, folder: string, host: Host): Promise<Chart> {
  const { chart, version } = source;
  const what = chart.startsWith('oci:') || chart.endsWith('.tgz') ? [chart] : [CHART, '--repo', chart];
  const argv = ['helm', 'pull', ...what, '--version', version, '--destination', folder] as [string, ...string[]];
  const { code, stderr } = await runProgram(argv, { signal: host.signal, timeoutMs: PULL_LIMIT_MS });
  const archive = code === 0 ? (await readdir(folder)).find((name) => name.endsWith('.tgz')) : undefined;
  if (archive !== undefined) return { ...source, chart: join(folder, archive) };
  throw new ServerError(
    `expected to fetch chart ${CHART} ${version} from ${chart}; helm could not. Its last lines say why.`,
    { detail: lastLines(stderr) },
  );
}
