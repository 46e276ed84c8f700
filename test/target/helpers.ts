import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import type { ArmConfig, TargetConfig } from '../../src/config.ts';
import { listCandidates } from '../../src/target/local/python/candidates.ts';
import { probePython } from '../../src/target/local/python/probe.ts';
import type { Created, Host } from '../../src/target/target.ts';

export interface TestHost extends Host {
  /** What is on record now. */
  readonly recorded: ReadonlySet<Created>;
  readonly messages: readonly string[];
  /** Evidence that is being written. */
  readonly expected: readonly Promise<void>[];
  abort(reason: Error): void;
}

/** Without a folder for evidence none can be left: the path is one below a file. */
export function createTestHost(evidenceFolder = '/dev/null/diagnosis'): TestHost {
  const recorded = new Set<Created>();
  const messages: string[] = [];
  const expected: Promise<void>[] = [];
  const controller = new AbortController();
  const add = (message: string): void => void messages.push(message);
  return {
    log: { stage() {}, info: add, warn: add, foreign() {}, progress() {} },
    signal: controller.signal,
    recordCreated(thing) {
      recorded.add(thing);
      return () => recorded.delete(thing);
    },
    time: (_, work) => work(),
    evidenceFolder,
    expectEvidence: (writing) => void expected.push(writing),
    expected,
    recorded,
    messages,
    abort: (reason) => controller.abort(reason),
  };
}

export function createTargetConfig(changes: Partial<TargetConfig>): TargetConfig {
  return {
    kind: 'process',
    iterations: 1,
    process: { python: null, cacheDir: '/nowhere' },
    docker: { keepImage: false },
    limits: { cpu: 1000, memory: 1024 },
    kubernetes: {
      cluster: null,
      nodeImage: null,
      kubeconfig: null,
      context: null,
      namespace: null,
      nodeAddress: null,
      ingress: 'none',
      istioCharts: '',
      operator: { kind: 'present' },
    },
    url: { rest: null, grpc: null, metadata: {}, allowRemote: false },
    ...changes,
  };
}

export function createArm(changes: Partial<ArmConfig> = {}): ArmConfig {
  return {
    id: 'base',
    seldonVersion: '1.19.0',
    env: {},
    packages: [],
    model: null,
    image: null,
    tensorflow: 'full',
    engine: 'none',
    connection: 'close',
    delayMs: 0,
    ...changes,
  };
}

/** A port of this machine on which the server listens as long as the test runs. */
export async function listen(t: TestContext, server: Pick<Server, 'listen' | 'address' | 'close'>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server as Server, 'listening');
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A folder that goes with the test. */
export async function createTestFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'target-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function writeScript(path: string, lines: readonly string[]): Promise<string> {
  await writeFile(path, `#!/bin/sh\n${lines.join('\n')}\n`, { mode: 0o755 });
  return path;
}

/** A file that answers like a Python when it is asked what it is. */
export async function writeFakePython(path: string, version: string, changes: object = {}): Promise<string> {
  const answer = {
    implementation: 'CPython',
    version,
    executable: path,
    platform: 'linux-x86_64',
    origin: path,
    venv: true,
    ...changes,
  };
  await mkdir(dirname(path), { recursive: true });
  return writeScript(path, ['[ "$1" = -I ] || exit 1', `echo '${JSON.stringify(answer)}'`]);
}

/** Any real Python of this machine, to run the guard with; null where there is none. */
export async function findAnyPython(): Promise<string | null> {
  const versions = Array.from({ length: 12 }, (_, i) => `3.${i + 8}`);
  for (const { path } of await listCandidates(versions, process.env)) {
    const probe = await probePython(path, versions, AbortSignal.timeout(30_000));
    if (probe.state === 'fit') return probe.python.path;
  }
  return null;
}
