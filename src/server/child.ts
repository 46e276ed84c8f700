import { explain } from '../errors.ts';
import { startNull } from './null-server.ts';
import { startReference } from './reference.ts';
import type { Codec, Ports, ServerSpec } from './spec.ts';

/** What the child tells its parent, once. */
export type ServerAnswer =
  | { readonly state: 'listening'; readonly ports: Ports[ServerSpec['kind']] }
  | { readonly state: 'failed'; readonly why: string };

/**
 * The server process's side: takes one ServerSpec over IPC, puts the server up and tells its ports. It lives as long
 * as the channel to its parent, so that it cannot outlive a parent that was killed.
 */
export function serveChild(codec: Codec): void {
  // Signals may reach every process of the group; when the server ends is the parent's decision.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  process.on('disconnect', () => process.exit(0));
  process.once('message', (spec: ServerSpec) => {
    start(spec, codec).then(
      (server) => tell({ state: 'listening', ports: server.ports }),
      (error: unknown) => tell({ state: 'failed', why: explain(error) }),
    );
  });
}

function start(spec: ServerSpec, codec: Codec): Promise<{ readonly ports: Ports[ServerSpec['kind']] }> {
  return spec.kind === 'null' ? startNull(spec) : startReference(spec, codec);
}

function tell(answer: ServerAnswer): void {
  process.send?.(answer);
}
