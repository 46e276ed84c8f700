import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { delimiter, dirname } from 'node:path';
import { modelFolder } from '../../assets.ts';
import type { ArmConfig } from '../../config.ts';
import { ServerError } from '../../errors.ts';
import type { Method } from '../../plan.ts';
import { type Family, startFamily } from '../family.ts';
import { createRunFolder } from '../run-folder.ts';
import type { Host } from '../target.ts';
import { askUntil } from '../wait.ts';
import { findFreePorts } from './ports.ts';
import type { PythonEnvironment } from './python/environment.ts';
import { type Answer, askGrpc, askRest } from './readiness.ts';

const START_LIMIT_MS = 120_000;
// gRPC servers may share a port (SO_REUSEPORT); the kernel then deals connections out between them at random.
const GRPC_CONNECTIONS_ASKED = 8;

/** The variables that shape the server: one worker with one thread each, as in the deployment that is re-examined. */
export const SETTINGS = { GUNICORN_WORKERS: '1', GUNICORN_THREADS: '1', GRPC_WORKERS: '1', GRPC_THREADS: '1' } as const;

/** Part of every reply of `predict`: always the same, so that replies have the same bytes in every run. */
export const IMAGE = 'seldon-bench/model:local';

/** This project's model for each method. */
export const MODELS: Readonly<Record<Method, string>> = {
  predict: 'FixedPredict',
  predict_raw: 'FixedPredictRaw',
  predict_raw_decode: 'FixedPredictRawDecode',
};

/** Parameters as Seldon hands them to a model's class: our models have one, those of others none. */
export function listParameters(model: ArmConfig['model'], iterations: number) {
  return model ? [] : [{ name: 'iterations', value: String(iterations), type: 'INT' }];
}

interface WrapperPorts {
  readonly rest: number;
  readonly grpc: number;
  readonly metrics: number;
}

/** One wrapper that answers on both transports. */
interface Wrapper extends AsyncDisposable {
  readonly ports: WrapperPorts;
  /** The id of its process group. */
  readonly pid: number;
  /** Resolves with the error to report when its main process is over; never rejects. */
  readonly died: Promise<ServerError>;
}

interface WrapperOptions {
  readonly environment: PythonEnvironment;
  readonly method: Method;
  /** Somebody's own model, which implements the method; null for ours. */
  readonly model: ArmConfig['model'];
  /** A parameter of our models. */
  readonly iterations: number;
  /** Variables that the wrapper gets besides, or instead of, those that it always gets. */
  readonly env: Readonly<Record<string, string>>;
  /** How ports are found; tests bring their own. */
  readonly findPorts?: (count: number) => Promise<number[]>;
}

/**
 * Starts the wrapper around a model and waits until it answers. Should another program have taken a port in
 * the moment between finding and using it, it is started once more on others. Throws ServerError.
 */
export async function startWrapper(options: WrapperOptions, host: Host): Promise<Wrapper> {
  const first = await tryPorts(options, host);
  if (first !== null) return first;
  host.log.info(`another program took a port of the wrapper for ${options.method}: starting it on others`);
  const second = await tryPorts(options, host);
  if (second !== null) return second;
  throw new ServerError(
    `expected free ports for the wrapper for ${options.method}; others took them twice between finding and using them. ` +
      'Run again.',
  );
}

/** Null when another program has one of the ports. */
async function tryPorts(options: WrapperOptions, host: Host): Promise<Wrapper | null> {
  const [rest, grpc, metrics] = (await (options.findPorts ?? findFreePorts)(3)) as [number, number, number];
  const ports = { rest, grpc, metrics };
  await using stack = new AsyncDisposableStack();
  // No label: the sockets in it need a path of at most about 100 characters.
  const folder = stack.use(await createRunFolder(tmpdir(), host));
  const word = randomBytes(16).toString('hex');
  let isPortTaken = false;
  const { model } = options;
  const parameters = listParameters(model, options.iterations);
  const family = stack.use(
    await startFamily(
      {
        guardPython: options.environment.python,
        command: [
          options.environment.python,
          ...['-m', 'seldon_core.microservice', model?.name ?? MODELS[options.method]],
          ...['--service-type', 'MODEL', '--parameters', JSON.stringify(parameters)],
        ],
        cwd: model?.folder ?? modelFolder,
        env: wrapperEnv(options, ports, folder.path, word),
        onLine: (line) => {
          isPortTaken ||= /address already in use|connection in use/i.test(line);
        },
      },
      host,
    ),
  );
  let isOver = false;
  const died = family.exited.then((code) => {
    isOver = true;
    return explainDeath(options.method, code, family);
  });

  const waitFor = (ask: () => Promise<Answer>): Promise<Answer | null> =>
    askUntil(
      async () => {
        const answer = isPortTaken || isOver ? 'foreign' : await ask();
        return answer === 'silent' ? null : answer;
      },
      START_LIMIT_MS,
      host.signal,
    );
  const answers = await Promise.all([waitFor(() => askRest(rest, word)), waitFor(() => askAllGrpc(grpc, word))]);
  if (isPortTaken) return null;
  if (isOver) throw await died;
  if (answers.includes(null)) throw explainSilence(options.method, family);
  if (answers.includes('foreign')) return null;

  const made = stack.move();
  return { ports, pid: family.pid, died, [Symbol.asyncDispose]: () => made.disposeAsync() };
}

async function askAllGrpc(port: number, word: string): Promise<Answer> {
  const first = await askGrpc(port, word);
  if (first !== 'ours') return first;
  const others = await Promise.all(Array.from({ length: GRPC_CONNECTIONS_ASKED - 1 }, () => askGrpc(port, word)));
  return others.find((answer) => answer !== 'ours') ?? 'ours';
}

/**
 * Nothing of the caller's environment gets in, except what finding shared libraries may need. What an arm says counts
 * more than our habits, and less than what the tool works by.
 */
function wrapperEnv(
  { environment, env }: WrapperOptions,
  ports: WrapperPorts,
  folder: string,
  word: string,
): NodeJS.ProcessEnv {
  const libraries = ['LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH'].flatMap((name) =>
    process.env[name] === undefined ? [] : [[name, process.env[name]] as const],
  );
  return {
    ...Object.fromEntries(libraries),
    ...SETTINGS,
    LANG: 'C.UTF-8',
    TF_CPP_MIN_LOG_LEVEL: '3',
    CUDA_VISIBLE_DEVICES: '',
    SELDON_LOG_LEVEL: 'ERROR',
    ...env,
    PATH: [dirname(environment.python), '/usr/bin', '/bin'].join(delimiter),
    // Control sockets and the like are then gone with the run.
    HOME: folder,
    TMPDIR: folder,
    PYTHONNOUSERSITE: '1',
    PYTHONUNBUFFERED: '1',
    // Nothing is written into anybody's model folder.
    PYTHONDONTWRITEBYTECODE: '1',
    PREDICTIVE_UNIT_ID: 'classifier',
    PREDICTIVE_UNIT_IMAGE: IMAGE,
    PREDICTIVE_UNIT_HTTP_SERVICE_PORT: String(ports.rest),
    PREDICTIVE_UNIT_GRPC_SERVICE_PORT: String(ports.grpc),
    PREDICTIVE_UNIT_METRICS_SERVICE_PORT: String(ports.metrics),
    // Told to those who ask for metadata, and to nobody else: no part of serving.
    MODEL_METADATA: JSON.stringify({ custom: { run: word } }),
  };
}

function explainDeath(method: Method, code: number, family: Family): ServerError {
  const how = code > 128 ? `was ended by signal ${code - 128}` : `ended with code ${code}`;
  return new ServerError(`expected the wrapper for ${method} to keep running; it ${how}. Its last lines say why.`, {
    detail: family.lastLines(),
  });
}

function explainSilence(method: Method, family: Family): ServerError {
  return new ServerError(
    `expected the wrapper for ${method} to answer over REST and gRPC within ${START_LIMIT_MS / 1000} s; it does not. ` +
      'Its last lines may say why; a machine under heavy load may need a second run.',
    { detail: family.lastLines() },
  );
}
