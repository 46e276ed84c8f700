import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Host } from '../target.ts';
import type { Access, KubeApi } from './api.ts';
import { applyPatiently } from './apply.ts';
import { inCluster, requireHelm } from './helm.ts';
import { istioPath } from './paths.ts';

const VERSION = '1.30.3';
const NAMESPACE = 'istio-system';
const NAME = 'seldon-gateway';
/** What Seldon Core is told to attach its routes to. */
export const GATEWAY = `${NAMESPACE}/${NAME}`;
/** By which gateways find their pods, and we find the gateway. */
export const GATEWAY_LABEL = ['istio', 'ingressgateway'] as const;

const PULL_LIMIT_MS = 120_000;
const HELM_LIMIT_MS = 240_000;
const APPLY_LIMIT_MS = 60_000;

const CHARTS = ['base', 'istiod', 'gateway'] as const;
type Chart = (typeof CHARTS)[number];

/** As little as serves one gateway: what they ask for is taken from the models. */
const VALUES: Readonly<Record<Chart, object>> = {
  base: {},
  istiod: { autoscaleEnabled: false, resources: { requests: { cpu: '50m', memory: '256Mi' } } },
  gateway: {
    autoscaling: { enabled: false },
    resources: { requests: { cpu: '50m', memory: '128Mi' } },
    service: {
      type: 'NodePort',
      // No detour over another node.
      externalTrafficPolicy: 'Local',
      ports: [{ name: 'http2', port: 80, targetPort: 80, protocol: 'TCP' }],
    },
  },
};

/** The name of the gateway's release is what its chart labels it with. */
const RELEASES: Readonly<Record<Chart, string>> = {
  base: 'istio-base',
  istiod: 'istiod',
  gateway: GATEWAY_LABEL.join('-'),
};

/**
 * Fetches Istio's charts into a folder of the run, so that they are there by the time the cluster is; a folder that is
 * on this machine already is returned as it is. Throws ServerError with helm's last lines.
 */
export async function fetchIstioCharts(charts: string, folder: string, host: Host): Promise<string> {
  if (!/^https?:/.test(charts)) return charts;
  const target = join(folder, 'istio');
  await mkdir(target);
  await host.time("fetch Istio's charts", async () => {
    for (const chart of CHARTS) {
      await requireHelm(
        ['pull', chart, '--repo', charts, '--version', VERSION, '--untar', '--untardir', target],
        `expected to fetch chart ${chart} ${VERSION} of Istio from ${charts}; helm could not. Its last lines say why.`,
        { signal: host.signal, timeoutMs: PULL_LIMIT_MS },
      );
    }
  });
  return target;
}

/** Teaches a cluster Istio's kinds: the manager of Seldon Core that is to use them ends where there are none. */
export async function installIstioKinds(charts: string, access: Access, host: Host): Promise<void> {
  await install('base', charts, access, host);
}

/** Istio itself, after its kinds: the control plane, one gateway, and a door in it for all models. Throws ServerError. */
export async function installIstio(charts: string, api: KubeApi, access: Access, host: Host): Promise<void> {
  await install('istiod', charts, access, host);
  // Its pod is completed by the control plane when it is made, which has to be up for that.
  await install('gateway', charts, access, host);
  const gateway = describeGateway();
  await applyPatiently(api, `Gateway ${NAME}`, istioPath('gateways', NAMESPACE, NAME), gateway, APPLY_LIMIT_MS, host);
}

/** Takes plain HTTP of either version for any name. */
export function describeGateway(): object {
  return {
    apiVersion: 'networking.istio.io/v1alpha3',
    kind: 'Gateway',
    metadata: { name: NAME, namespace: NAMESPACE },
    spec: {
      selector: Object.fromEntries([GATEWAY_LABEL]),
      servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }],
    },
  };
}

async function install(chart: Chart, charts: string, access: Access, host: Host): Promise<void> {
  const args = ['upgrade', '--install', RELEASES[chart], join(charts, chart), '--create-namespace'];
  const waiting = ['--values', '-', '--wait', '--timeout', `${HELM_LIMIT_MS / 1000}s`];
  await requireHelm(
    [...args, ...inCluster(access, NAMESPACE), ...waiting],
    `expected helm to install Istio's chart ${chart}; it could not. Its last lines say why.`,
    { signal: host.signal, timeoutMs: HELM_LIMIT_MS + 10_000, input: JSON.stringify(VALUES[chart]) },
  );
}
