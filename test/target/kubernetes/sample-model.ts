import type { Model } from '../../../src/target/kubernetes/manifest.ts';

export const sampleModel: Model = {
  name: 'arm0-predict',
  namespace: 'seldon-bench-0',
  labels: { 'seldon-bench/run': '0' },
  image: 'seldon-bench/model:0123456789abcdef',
  args: ['seldon-core-microservice', 'FixedPredict', '--service-type', 'MODEL'],
  parameters: [{ name: 'iterations', value: '1', type: 'INT' }],
  env: { GUNICORN_WORKERS: '1' },
  resources: { cpuRequest: '1', cpuLimit: '1', memory: '1Gi' },
  startSeconds: 60,
};
