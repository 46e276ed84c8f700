import type { Cell } from '../plan.ts';
import type { Target } from '../target/target.ts';

/** By cell id: why the server would not take the cell's request, known before anything is sent. */
export function findUnsendable(
  cells: readonly Cell[],
  targets: readonly Pick<Target, 'grpcReceiveLimitBytes'>[],
  requestBytes: (cell: Cell) => number,
): Map<string, string> {
  const skipped = new Map<string, string>();
  const limits = targets.flatMap((target) => target.grpcReceiveLimitBytes ?? []);
  const grpcReceiveLimitBytes = limits.length > 0 ? Math.min(...limits) : null;
  for (const cell of cells) {
    if (cell.transport !== 'grpc' || grpcReceiveLimitBytes === null) continue;
    const bytes = requestBytes(cell);
    if (bytes <= grpcReceiveLimitBytes) continue;
    skipped.set(
      cell.id,
      `its request of ${bytes} bytes is over the server's gRPC receive limit of ${grpcReceiveLimitBytes} bytes; ` +
        'the annotation seldon.io/grpc-max-message-size lifts the limit, a smaller batch stays under it',
    );
  }
  return skipped;
}
