import { isIP } from 'node:net';
import { normaliseName } from './arms/packages.ts';
import { isLoopback } from './endpoint.ts';
import { matchesCell } from './gate-rules.ts';
import { findMisplaced, type Inputs } from './misplaced-inputs.ts';
import { rowLength } from './own-payload.ts';
import { MAX_BATCH, planCells } from './plan.ts';

/** What is wrong with inputs that are each right by themselves, in sentences. */
export function findContradictions(inputs: Inputs): string[] {
  return [
    ...findMisplaced(inputs),
    ...findGateContradictions(inputs),
    ...findPayloadContradictions(inputs),
    ...findArmContradictions(inputs),
    ...findImageContradictions(inputs),
    ...findKindContradictions(inputs),
    ...(inputs.values.target === 'url' ? findUrlContradictions(inputs) : []),
  ];
}

function findPayloadContradictions({ values, given, spell }: Inputs): string[] {
  const { features, 'payload-file': payload, batches, methods, encodings } = values;
  if (given.includes('features') && given.includes('payload-file'))
    return [`${spell('features')} and ${spell('payload-file')} both say what a row is: give one of them`];
  if (features === null && payload === null) return [];
  const problems: string[] = [];
  const length = features ?? (payload === null ? 1 : rowLength(payload));
  const most = Math.max(...(batches ?? [1]));
  if (most * length > MAX_BATCH)
    problems.push(
      `${spell('batches')}: expected at most ${MAX_BATCH} numbers in a request, found ${most} rows of ${length}: give smaller ones`,
    );
  // Ours reads integers alone.
  if (payload?.isFloat && methods?.includes('predict_raw_decode') && encodings?.includes('tftensor'))
    problems.push(
      `${spell('payload-file')} has floating-point numbers, which the model of predict_raw_decode does not read as tftensor: leave that method or that encoding out`,
    );
  return problems;
}

/** What a rule speaks of has to be there; in mode report only the reports tell whether it is. */
function findGateContradictions({ values, spell }: Inputs): string[] {
  const { mode, gate, margin, methods, transports, encodings, batches, concurrency } = values;
  if (gate === null) return [];
  const problems: string[] = [];
  if (mode === 'report') {
    for (const { rule, metric, limit } of gate) {
      if (metric !== 'regression' || limit !== null) continue;
      problems.push(
        `${spell('gate')}: ${JSON.stringify(rule)} would go by the margin that the report names: say over how much, such as regression over 10%`,
      );
    }
    return problems;
  }
  const arms = values.arms?.arms ?? values.compare?.arms ?? [];
  const matrix = methods && transports && encodings && batches && concurrency;
  const cells = matrix ? planCells({ methods, transports, encodings, batches, concurrencies: concurrency }) : null;
  for (const { rule, metric, scope, limit } of gate) {
    const refuse = (why: string): number => problems.push(`${spell('gate')}: ${JSON.stringify(rule)} ${why}`);
    if (metric === 'regression' && arms.length < 2) {
      refuse(`compares arms that are measured in the same job: give two or more with ${spell('arms')}`);
    }
    if (metric === 'regression' && limit !== null && margin !== null && limit < margin) {
      refuse(`is below the margin of ${Number((margin * 100).toFixed(4))}%: set ${spell('margin')} as low`);
    }
    if (cells !== null && !cells.some(({ id }) => matchesCell(scope, id))) {
      refuse(`matches no cell; cells are named like ${cells[0]?.id}`);
    }
  }
  return problems;
}

function findArmContradictions({ values, given, spell }: Inputs): string[] {
  const problems: string[] = [];
  if (values.arms !== null && values.compare !== null) {
    problems.push(`${spell('compare')} is short for ${spell('arms')}: give one of them`);
  }
  const { target, methods } = values;
  for (const name of ['arms', 'compare'] as const) {
    const arms = values[name]?.arms ?? [];
    if (target === 'url' && arms.length > 1) {
      problems.push(`${spell(name)}: a url is one server, and cannot be varied; found ${arms.length} arms`);
    }
    const own = arms.filter(({ changes }) => changes.model);
    if (own[0] && methods !== null && methods.length !== 1) {
      problems.push(
        `${spell('methods')}: the model of arm ${own[0].id} implements one entry point; say which, predict or predict_raw`,
      );
    }
    if (own.length > 0 && own.length === arms.length && given.includes('iterations')) {
      problems.push(`${spell('iterations')} belongs to this project's models; all arms have models of their own`);
    }
  }
  return problems;
}

function findKindContradictions({ values, given, spell }: Inputs): string[] {
  const problems: string[] = [];
  if (values.cluster !== null && given.includes('node-image')) {
    problems.push(
      `${spell('node-image')} is for a cluster that the run makes; ${spell('cluster')} names one that exists`,
    );
  }
  if (given.includes('istio-charts') && values.ingress !== 'istio') {
    problems.push(`${spell('istio-charts')} means nothing without ${spell('ingress')} istio: give both`);
  } else if (given.includes('istio-charts') && values.cluster !== null) {
    problems.push(
      `${spell('istio-charts')} is for a cluster that the run makes; ${spell('cluster')} names one that exists`,
    );
  }
  const arms = values.arms?.arms ?? values.compare?.arms ?? [];
  const lacks = arms.filter(({ changes }) => !changes.image);
  if (values.target === 'cluster' && values.image === null && (arms.length === 0 || lacks.length > 0)) {
    const whose = lacks[0] === undefined ? '' : ` for arm ${lacks[0].id}`;
    problems.push(
      `${spell('target')} cluster needs an image that the cluster can fetch${whose}: give ${spell('image')}; a cluster does not see what is built here`,
    );
  }
  return problems;
}

/** What an image has in it cannot be asked for beside it. */
function findImageContradictions({ values, given, spell }: Inputs): string[] {
  const problems: string[] = [];
  const { image, methods } = values;
  const name = values.arms === null ? 'compare' : 'arms';
  const arms = values[name]?.arms ?? [];
  const withImage = arms.filter(({ changes }) => changes.image ?? image);
  for (const { id, given: properties } of withImage) {
    for (const property of properties.filter((one) => IN_IMAGES.has(one))) {
      problems.push(`${spell(name)}: arm ${id}: ${property} is part of its image; leave one of them out`);
    }
  }
  for (const { id, changes } of arms.filter(({ changes }) => !(changes.image ?? image))) {
    const pin = changes.packages?.find((one) => /^tensorflow(-cpu)?$/.test(normaliseName(one)));
    if (pin && (changes.tensorflow ?? values.tensorflow) === 'stand-in')
      problems.push(`${spell(name)}: arm ${id}: ${pin} would be hidden by the stand-in; leave one of them out`);
  }
  const all = arms.length === 0 ? image !== null : withImage.length === arms.length;
  for (const input of ['seldon-version', 'tensorflow', 'iterations'] as const) {
    if (all && given.includes(input)) problems.push(`${spell(input)} belongs to images that are built; all are given`);
  }
  if (all && given.includes('keep-image') && values['keep-image']) {
    problems.push(`${spell('keep-image')} belongs to images that are built; all are given`);
  }
  for (const reference of [image, ...arms.map(({ changes }) => changes.image)]) {
    if (values.target !== 'kind' || !reference || !/@|^(?:sha256:)?[0-9a-f]{12,64}$/.test(reference)) continue;
    problems.push(
      `${spell('image')}: expected a name with a tag, found ${reference}: a kind node knows images by their tags; give it one with docker tag`,
    );
  }
  if ((image !== null || withImage.length > 0) && methods !== null && methods.length !== 1) {
    problems.push(
      `${spell('methods')}: a given image serves one model; say which entry point it implements, predict or predict_raw`,
    );
  }
  return problems;
}

const IN_IMAGES: ReadonlySet<string> = new Set(['seldon-version', 'packages', 'model', 'tensorflow']);

function findUrlContradictions({ values, given, spell }: Inputs): string[] {
  const problems: string[] = [];
  const needs = [
    ['rest', 'rest-url'],
    ['grpc', 'grpc-address'],
  ] as const;
  for (const [transport, name] of needs) {
    if (values.transports?.includes(transport) && !given.includes(name)) {
      problems.push(`${spell('transports')} names ${transport}: give ${spell(name)} too, or leave ${transport} out`);
    }
  }
  for (const name of ['rest-url', 'grpc-address'] as const) {
    const host = values[name]?.host;
    // Names are looked up when the target is opened.
    if (!host || isIP(host) === 0 || isLoopback(host) || values['allow-remote-target']) continue;
    problems.push(
      `${spell(name)}: expected an address of this machine, found ${host}; a benchmark is load: ` +
        `if that server is yours to load, say so with ${spell('allow-remote-target')}`,
    );
  }
  if (values.methods !== null && values.methods.length !== 1) {
    problems.push(
      `${spell('methods')}: a url serves one model; say which entry point it implements, predict or predict_raw`,
    );
  }
  return problems;
}
