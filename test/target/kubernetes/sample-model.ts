import type { Model } from '../../../src/target/kubernetes/manifest.ts';

export const sampleModel: Model = {
  name: 'arm0-predict',
  namespace: 'seldon-bench-0',
  labels: { 'seldon-bench/run': '0' },
  image: 'seldon-bench/model:0123456789abcdef',
  engine: 'none',
  args: ['seldon-core-microservice', 'FixedPredict', '--service-type', 'MODEL'],
  parameters: [{ name: 'iterations', value: '1', type: 'INT' }],
  env: { GUNICORN_WORKERS: '1' },
  mayPull: false,
  cpuRequest: 1000,
  limits: { cpu: 1000, memory: 1024 },
  startSeconds: 60,
};
