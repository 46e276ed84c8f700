import type { ArmConfig } from '../../config.ts';
import type { Method } from '../../plan.ts';
import { IMAGE, MODELS, SETTINGS } from '../local/wrapper.ts';

/** Where the wrapper listens in its container, as the operator has it. */
export const PORTS = { rest: 9000, grpc: 9500, metrics: 6000 } as const;

const MAX_PROCESSES = '512';

export interface ContainerOptions {
  readonly name: string;
  readonly image: string;
  readonly method: Method;
  /** Null where the image brings a command of its own. */
  readonly command: readonly string[] | null;
  /** JSON of the model's parameters; null for models of others. */
  readonly parameters: string | null;
  readonly env: ArmConfig['env'];
  /** Told to those who ask for metadata. */
  readonly word: string;
  /** What it may use: thousandths of a CPU, and MiB. */
  readonly limits: { readonly cpu: number; readonly memory: number };
  /** Cores as Linux lists them, such as `0-2`; null for all. */
  readonly cores: string | null;
}

/**
 * The arguments of `docker` that start the wrapper: ports on 127.0.0.1 that Docker chooses, nothing that it does not
 * need (capabilities, a writable file system, a second life), and the variables that the operator would set.
 */
export function buildRunArgv(options: ContainerOptions): [string, ...string[]] {
  const { name, image, command, cores, limits } = options;
  const memory = `${limits.memory}m`;
  return [
    'run',
    '--detach',
    ...['--name', name, '--label', 'seldon-bench=container'],
    ...['--pull', 'never', '--restart', 'no'],
    ...['--publish', `127.0.0.1::${PORTS.rest}`, '--publish', `127.0.0.1::${PORTS.grpc}`],
    ...['--cpus', String(limits.cpu / 1000), ...(cores === null ? [] : ['--cpuset-cpus', cores])],
    // As much swap as memory means none.
    ...['--memory', memory, '--memory-swap', memory, '--pids-limit', MAX_PROCESSES],
    ...['--user', '8888', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
    ...['--read-only', '--tmpfs', '/tmp:rw,nosuid,nodev,size=64m,mode=1777'],
    ...['--log-driver', 'json-file', '--log-opt', 'max-size=1m', '--log-opt', 'max-file=2'],
    ...Object.entries(buildEnv(options)).flatMap(([variable, value]) => ['--env', `${variable}=${value}`]),
    image,
    ...(command ?? []),
  ];
}

/** The command for images that we built. */
export function buildCommand(method: Method, model: ArmConfig['model']): readonly string[] {
  return ['seldon-core-microservice', model?.name ?? MODELS[method], '--service-type', 'MODEL'];
}

/** What an arm says counts more than our habits, and less than what the tool works by. */
function buildEnv({ env, parameters, word }: ContainerOptions): Record<string, string> {
  return {
    ...SETTINGS,
    SELDON_LOG_LEVEL: 'ERROR',
    TF_CPP_MIN_LOG_LEVEL: '3',
    ...env,
    HOME: '/tmp',
    PYTHONUNBUFFERED: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    PREDICTIVE_UNIT_ID: 'classifier',
    // Part of every reply of `predict`, which then has the same bytes whatever the image is called.
    PREDICTIVE_UNIT_IMAGE: IMAGE,
    PREDICTIVE_UNIT_HTTP_SERVICE_PORT: String(PORTS.rest),
    PREDICTIVE_UNIT_GRPC_SERVICE_PORT: String(PORTS.grpc),
    PREDICTIVE_UNIT_METRICS_SERVICE_PORT: String(PORTS.metrics),
    ...(parameters === null ? {} : { PREDICTIVE_UNIT_PARAMETERS: parameters }),
    // No part of serving.
    MODEL_METADATA: JSON.stringify({ custom: { run: word } }),
  };
}
