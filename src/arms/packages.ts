import type { RawValue } from './raw.ts';

const MAX_PINS = 32;

/** Exact pins, each `name==version`. Throws an Error that says what was expected. */
export function readPackages(value: RawValue): string[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_PINS)
    throw new Error(`a list of 1 to ${MAX_PINS} packages such as [numpy==1.26.3]`);
  const pins = (value as readonly RawValue[]).map(readPin);
  const names = pins.map(normaliseName);
  if (new Set(names).size !== names.length) throw new Error('each package once');
  if (names.includes('seldon-core'))
    throw new Error('packages other than seldon-core, whose version is seldon-version');
  return pins;
}

function readPin(value: RawValue): string {
  // Nothing else than a name and a version: no option of pip, no address and no range gets through here.
  const [, name, version] =
    /^([A-Za-z0-9][A-Za-z0-9._-]{0,99})[ ]?==[ ]?([A-Za-z0-9][A-Za-z0-9.!+_-]{0,99})$/.exec(String(value)) ?? [];
  if (typeof value !== 'string' || name === undefined || version === undefined)
    throw new Error('exact versions, name==version (no ranges, extras or addresses)');
  return `${name}==${version}`;
}

/** `name==version` with its name as the package index compares it, so that one package has one spelling. */
export function normalisePin(pin: string): string {
  return `${normaliseName(pin)}==${pin.slice(pin.indexOf('==') + 2).trim()}`;
}

/** Of `name==version`, the name as the package index compares it (PEP 503). */
export function normaliseName(requirement: string): string {
  return (requirement.split('==', 1)[0] ?? '')
    .trim()
    .toLowerCase()
    .replace(/[-_.]+/g, '-');
}
