/** Where Seldon Core's operator comes from. */
export type OperatorSource =
  /** It is installed. `chart`: the name and version of the chart that it was made of, where that is known. */
  | { readonly kind: 'present'; readonly chart?: string }
  /** A file of manifests, as `helm template` writes it. */
  | { readonly kind: 'manifest'; readonly path: string }
  | ChartSource;

/** A chart: a path, an `oci://` reference, or the URL of a repository that has it. */
export interface ChartSource {
  readonly kind: 'chart';
  readonly chart: string;
  readonly version: string;
  /** Of one that was fetched: where from. */
  readonly origin?: string;
}

export const CHART_NAME = 'seldon-core-operator';
/** The report's limit is 2000. */
const MOST_CHARACTERS = 500;

/** For the report: what is used, which is not always what was asked for. */
export function describeOperator(source: OperatorSource): string {
  return describe(source).slice(0, MOST_CHARACTERS);
}

function describe(source: OperatorSource): string {
  if (source.kind === 'manifest') return `file ${source.path}`;
  if (source.kind === 'present') {
    return source.chart === undefined ? 'found in the cluster' : `found in the cluster: chart ${source.chart}`;
  }
  const from = source.origin ?? source.chart;
  return isRemote(from) ? `chart of ${withoutUser(from)} ${source.version}` : `chart ${from} ${source.version}`;
}

/** Seldon Core's version; null where it is not known. */
export function versionOf(source: OperatorSource): string | null {
  if (source.kind === 'chart') return source.version;
  if (source.kind === 'manifest' || !source.chart?.startsWith(`${CHART_NAME}-`)) return null;
  return source.chart.slice(CHART_NAME.length + 1);
}

/** Whether a chart is on another machine. */
export function isRemote(chart: string): boolean {
  return /^(https?|oci):/.test(chart);
}

/** A repository may want a password, which is nothing for a report. */
function withoutUser(url: string): string {
  return url.replace(/^(\w+:\/\/)[^/@]*@/, '$1');
}
