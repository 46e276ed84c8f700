import type { Arm, Canary, Report } from '../report.ts';
import { confidence, duration, effectWithInterval, encodingLabel, integer, percent, percentExact } from './format.ts';
import { cellName, hasForeignModel, type Lookup } from './lookup.ts';
import { describeConfirmation, describeLoop, describeStopping } from './method-rounds.ts';
import { code, foreign, join, list, type Plain, type Prose, plain, say } from './prose.ts';

/** So many arms are named before the rest is counted. */
const MOST_ARMS = 4;

/** How this was measured, and what it cannot tell: one item each. */
export function describeMethod(lookup: Lookup): Prose[] {
  const { report } = lookup;
  const { margin } = report.config;
  const level = confidence(report.alpha);
  return [
    describeLoop(report),
    ...describeStopping(report),
    say`p50 is the median over rounds of the block medians; its interval (at least ${level} where there are enough rounds) comes from order statistics over rounds. It speaks of this run on this machine: another machine, or the same one tomorrow, may differ by more.`,
    say`Pairs are compared round by round (log ratios, t interval). A pair is called faster or slower when its ${level} interval lies wholly outside the margin of ±${percentExact(margin)} (Holm over all pairs), equivalent when its ${confidence(2 * report.alpha)} interval lies wholly inside.`,
    ...describeArms(lookup),
    ...describeFloor(lookup),
    ...describePayload(report),
    ...describeShapes(report),
    ...describeModels(lookup),
    ...describeConnection(lookup),
    describeCanary(lookup, report.canary),
    ...describePinning(report),
    ...describeHost(report),
    say`Seed ${integer(report.config.seed)}: the same seed gives the same order of blocks.`,
  ];
}

/** A family of their own: what is asked of the arms is not what is asked of the pairs. */
function describeArms({ report, arm, others }: Lookup): Prose[] {
  if (others.length === 0) return [];
  return [
    say`Arms are compared in the same way, each cell with the same cell of the baseline, ${foreign(arm.id)}, in the same rounds. Medians, pairs and conclusions on encodings and transports are those of the baseline. Nothing here is compared with another run.`,
    ...describeConfirmation(report),
  ];
}

function describeFloor({ report, arm }: Lookup): Prose[] {
  if (report.floor.length === 0)
    return [say`The client's own floor was not measured in this run: nothing tells how much of a cell is the client.`];
  return [
    say`The floor is the ${code(report.config.client as string as Plain)} client with the same bytes against a server that answers at once${placeFloor(report, arm)}. A pair whose difference is smaller than twice that of its floors is not resolvable; a cell that is more than half floor takes part in no claim.`,
  ];
}

/** Where the null servers stood, as far as they could have stood elsewhere. */
function placeFloor({ arms }: Report, { network }: Arm): Prose {
  const there = arms.filter(({ floorAt }) => floorAt === 'target');
  const here = arms.filter((arm) => !there.includes(arm));
  const behind =
    network === 'ingress'
      ? plain`behind the same ingress of the same cluster`
      : plain`behind the same kind of Service in the same cluster`;
  const alone = plain`on this machine's loopback, so that the way to the cluster is not part of it`;
  if (there.length === 0) {
    const isElsewhere = arms.some(({ floorAt, kubernetes }) => floorAt === 'loopback' && kubernetes !== undefined);
    return isElsewhere ? say`, ${alone}` : [];
  }
  if (here.length === 0) return say`, ${behind}`;
  return say`, for ${nameArms(there)} ${behind}, for ${nameArms(here)} ${alone}: the floors of the ones are not compared with those of the others`;
}

function nameArms(arms: readonly Arm[]): Prose {
  return list(
    arms.map(({ id }) => foreign(id)),
    MOST_ARMS,
  );
}

function describePayload({ config: { payload } }: Report): Prose[] {
  if (payload === undefined) return [];
  const numbers = plain`${integer(payload.rowShape.reduce((product, size) => product * size, 1))}`;
  if (payload.file === null) return [say`A batch is so many rows of ${numbers} consecutive integers each.`];
  return [
    say`A batch is so many rows of ${foreign(payload.file.name)}, which has ${integer(payload.file.rows)} of ${numbers} numbers each; where it has fewer they are sent again. The notebook's conclusions speak of other requests: they are held against these cells all the same.`,
  ];
}

/** Shapes and types differ between the encodings, and so does what the server does with them. */
function describeShapes({ cells, config }: Report): Prose[] {
  const kinds = config.encodings.flatMap((encoding) => {
    const cell = cells.findLast((candidate) => candidate.encoding === encoding);
    if (cell === undefined) return [];
    const shape = cell.request.shape.map((n) => (n === cell.batch && n > 1 ? 'n' : String(n))).join(', ') as Plain;
    return [{ encoding, array: plain`[${shape}] of ${cell.request.dtype as string as Plain}` }];
  });
  const [first] = kinds;
  if (first === undefined || kinds.length < 2) return [];
  if (kinds.every(({ array }) => array === first.array))
    return [say`The model sees the same array in every encoding: ${first.array}.`];
  const arrays = kinds.map(({ encoding, array }) => say`${code(encodingLabel(encoding))} ${array}`);
  return [say`The model sees different arrays, because the encodings carry different ones: ${join(arrays, ', ')}.`];
}

/** What the entry points of the benchmarked models do; of somebody's own model nobody here knows. */
function describeModels({ report, arm }: Lookup): Prose[] {
  const { methods } = report.config;
  if (hasForeignModel(arm)) return [];
  return [
    ...(methods.includes('predict_raw')
      ? [
          say`The benchmark's raw model decodes nothing: it shows what ${code(plain`predict_raw`)} saves at most, not what a model that reads its input saves.`,
        ]
      : []),
    ...(methods.includes('predict_raw_decode')
      ? [
          say`raw+decode is ${code(plain`predict_raw`)} with a model that makes an array of its message itself, as one that reads its input would have to.`,
        ]
      : []),
  ];
}

function describeConnection({ arm }: Lookup): Prose[] {
  if (arm.connection === null) return [];
  if (arm.network === 'ingress' && arm.connection === 'keep-alive') {
    return [
      say`The ingress keeps connections open for the whole block, over REST as over gRPC; what the server behind it does with its own is not seen.`,
    ];
  }
  return [
    arm.connection === 'close'
      ? say`The server closes the connection after each REST reply, so connecting is part of every REST request; gRPC keeps its connection for the whole block.`
      : say`The server keeps connections open for the whole block, over REST as over gRPC.`,
  ];
}

function describeCanary(lookup: Lookup, canary: Canary | null): Prose {
  if (canary === null) return say`No canary ran: nothing tells whether the run was noisy.`;
  const shown = effectWithInterval(canary.effect, canary.low, canary.high);
  const result = canary.noisy
    ? say`it differed from itself, so the run is noisy`
    : say`no difference from itself was found`;
  return say`Canary: ${cellName(lookup, canary.cell)} ran twice under two names, ${shown}; ${result}.`;
}

function describePinning({ environment: { pinning }, arms }: Report): Prose[] {
  if (pinning === null) return [];
  const effect = plain`A server that may use more cores can be slower (its processes wake each other across them) or faster.`;
  const clusters = arms.flatMap(({ kubernetes }) => (kubernetes === undefined ? [] : [kubernetes.pinned]));
  if (clusters.includes(null)) {
    // A cluster that is only borrowed may be on other machines.
    const elsewhere = arms.some(({ target }) => target === 'cluster') ? plain`runs elsewhere or ` : plain``;
    return [
      say`The load process ran on core ${foreign(pinning.load)} alone; what runs in the cluster ${elsewhere}was not kept off it.`,
    ];
  }
  if (clusters.some((pinned) => pinned?.what === 'models')) {
    return [
      say`The load process ran on core ${foreign(pinning.load)}, and the models on ${foreign(pinning.server)}; the rest of the cluster was not kept off either. ${effect}`,
    ];
  }
  return [
    say`The load process had core ${foreign(pinning.load)} to itself; servers started by the tool ran on ${foreign(pinning.server)}. ${effect}`,
  ];
}

function describeHost(report: Report): Prose[] {
  const { stealPercent, throttledMs } = report.environment;
  const steal =
    stealPercent === null
      ? say`steal is not shown by this system`
      : say`the host took away ${percent(stealPercent / 100)} of the CPU time`;
  const throttled =
    throttledMs === null
      ? say`throttling of the load process is not shown`
      : say`CPU limits held the load process back for ${duration(throttledMs)}`;
  return [say`While measuring, ${steal}; ${throttled}${describeServerLimit(report)}.`];
}

/** Nothing where nobody can say. */
function describeServerLimit({ cells }: Report): Prose {
  const shares = cells.flatMap(({ results }) =>
    Object.values(results).flatMap(({ server }) => server?.throttledShare ?? []),
  );
  if (shares.length === 0) return [];
  const most = Math.max(...shares);
  if (most === 0) return say`; their own CPU limit did not hold the servers back at all`;
  // Each core of a limited group is held back, and counted, by itself.
  const added = most > 1 ? plain` (added up over cores)` : plain``;
  return say`; their own CPU limit held the servers back for up to ${percent(most)} of a cell's time${added}`;
}
