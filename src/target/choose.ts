import type { TargetConfig } from '../config.ts';
import type { Method } from '../plan.ts';
import { startProcessTarget } from './local/process.ts';
import { describeFailure, findPython } from './local/python/find.ts';
import { laneOf } from './local/python/lanes.ts';
import { startReferenceTarget } from './local/reference.ts';
import { openUrlTarget } from './local/url.ts';
import type { Host, Target } from './target.ts';

/** `auto` wanted the real wrapper and could not have it. */
export interface Fallback {
  readonly wanted: 'process';
  readonly used: 'reference';
  readonly why: string;
}

export interface Provisioned {
  readonly target: Target;
  readonly fallback: Fallback | null;
}

/** Puts the configured target up; the caller disposes it. Throws ServerError, UserError, or the signal's reason. */
export async function provision(config: TargetConfig, methods: readonly Method[], host: Host): Promise<Provisioned> {
  switch (config.kind) {
    case 'process':
      return { target: await startProcessTarget(config, methods, host), fallback: null };
    case 'reference':
      return { target: await startReferenceTarget(config, methods, host), fallback: null };
    case 'url':
      return { target: await openUrlTarget(config, methods, host), fallback: null };
    case 'auto':
      return chooseLocal(config, methods, host);
  }
}

/** Only a missing Python leads to the reference server: one that is there and then fails is a failure. */
async function chooseLocal(config: TargetConfig, methods: readonly Method[], host: Host): Promise<Provisioned> {
  const lane = laneOf(config.process.seldonVersion);
  const search = await findPython(lane, config.process.python, process.env, host.signal);
  if (search.python !== null) {
    return { target: await startProcessTarget(config, methods, host, search.python), fallback: null };
  }
  const why = describeFailure(lane, search);
  host.log.warn(`measuring the embedded reference server, which is no Seldon: ${why}`);
  const target = await startReferenceTarget(config, methods, host);
  return { target, fallback: { wanted: 'process', used: 'reference', why } };
}
