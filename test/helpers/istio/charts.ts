import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FOLDER, GATEWAY_COMMAND } from './data-plane.ts';

const istioCrdsFile = join(import.meta.dirname, '..', 'operator', 'istio-crds.yaml');

/**
 * Charts of our own with the names, values and labels of Istio's that the runs set: `base` has the kinds, `istiod` is
 * next to nothing, `gateway` runs what lies in the node's folder, in a container of `image`; null: no pod at all.
 */
export async function writeIstioCharts(folder: string, image: string | null): Promise<string> {
  const write = async (chart: string, templates: Readonly<Record<string, string>>): Promise<void> => {
    await mkdir(join(folder, chart, 'templates'), { recursive: true });
    await writeFile(join(folder, chart, 'Chart.yaml'), `apiVersion: v2\nname: ${chart}\nversion: 1.30.3\n`);
    for (const [name, text] of Object.entries(templates)) {
      await writeFile(join(folder, chart, 'templates', name), text);
    }
  };
  await write('base', {});
  await copyFile(istioCrdsFile, join(folder, 'base', 'templates', 'crds.yaml'));
  await write('istiod', { 'values.yaml': SHOWN_VALUES });
  await write('gateway', { 'service.yaml': SERVICE, ...(image !== null && { 'pod.yaml': describePod(image) }) });
  return folder;
}

const SHOWN_VALUES = `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
data:
  values: {{ omit .Values "global" | toJson | quote }}
`;

const SERVICE = `apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}
  labels:
    istio: {{ .Release.Name | trimPrefix "istio-" }}
spec:
  type: {{ .Values.service.type }}
  externalTrafficPolicy: {{ .Values.service.externalTrafficPolicy }}
  selector:
    istio: {{ .Release.Name | trimPrefix "istio-" }}
  ports: {{ .Values.service.ports | toJson }}
`;

function describePod(image: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  selector:
    matchLabels:
      istio: {{ .Release.Name | trimPrefix "istio-" }}
  template:
    metadata:
      labels:
        istio: {{ .Release.Name | trimPrefix "istio-" }}
    spec:
      terminationGracePeriodSeconds: 1
      securityContext:
        sysctls: [{ name: net.ipv4.ip_unprivileged_port_start, value: "0" }]
      volumes:
        - name: gateway
          hostPath: { path: ${FOLDER}, type: Directory }
      containers:
        - name: gateway
          image: ${image}
          imagePullPolicy: Never
          command: ${JSON.stringify(GATEWAY_COMMAND)}
          resources: {{ .Values.resources | toJson }}
          readinessProbe: { tcpSocket: { port: 80 }, periodSeconds: 1 }
          volumeMounts:
            - { name: gateway, mountPath: ${FOLDER}, readOnly: true }
`;
}
