import { isIP } from 'node:net';
import { PROPERTIES } from './arms/properties.ts';
import { isLoopback } from './endpoint.ts';
import { INPUTS, type InputName, type InputValues } from './inputs.ts';

/** The inputs as far as they could be parsed, with what is known of how they were given. */
export interface Inputs {
  readonly values: InputValues;
  /** The inputs that somebody gave, their defaults left out. */
  readonly given: readonly InputName[];
  readonly shell: 'cli' | 'action';
  /** An input's name as the shell spells it. */
  readonly spell: (name: InputName) => string;
}

/** What is wrong with inputs that are each right by themselves, in sentences. */
export function findContradictions(inputs: Inputs): string[] {
  return [
    ...findMisplaced(inputs),
    ...findArmContradictions(inputs),
    ...(inputs.values.target === 'url' ? findUrlContradictions(inputs) : []),
  ];
}

function findMisplaced({ values, given, shell, spell }: Inputs): string[] {
  const problems: string[] = [];
  const { target } = values;
  if (shell === 'action' && target === 'auto') {
    problems.push(`${spell('target')}: expected process, reference or url; the Action never chooses by itself`);
  }
  for (const name of given) {
    const { only, needs, cliOnly } = INPUTS[name] as { only?: string; needs?: InputName; cliOnly?: true };
    if (shell === 'action' && cliOnly) {
      problems.push(`${spell(name)} belongs to the command line; in a workflow write ${spell('arms')}`);
    }
    if (needs && !given.includes(needs))
      problems.push(`${spell(name)} means nothing without ${spell(needs)}: give both`);
    if (!only || values[name] === null || target === null) continue;
    if (target !== only && !(target === 'auto' && only !== 'url')) {
      problems.push(`${spell(name)} belongs to target ${only}; the target is ${target}`);
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
    for (const { id, given: properties } of arms) {
      for (const property of properties) {
        const only = PROPERTIES[property]?.only;
        // With arms, `auto` never falls back to the reference server.
        if (target === null || target === only || (target === 'auto' && only === 'process')) continue;
        problems.push(`${spell(name)}: arm ${id}: ${property} belongs to target ${only}; the target is ${target}`);
      }
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
