import type { Arm } from '../report.ts';
import { connectionLabel, TENSORFLOWS } from './environment.ts';
import { type Lookup, nothing } from './lookup.ts';
import { foreign, join, type Plain, type Prose, plain, say } from './prose.ts';
import { describeKind } from './provenance.ts';
import { left, type Table } from './table.ts';

interface Trait {
  readonly name: Prose;
  /** What the trait is in an arm, for telling it from others; undefined where the arm has none. */
  readonly read: (arm: Arm) => string | undefined;
  readonly show: (arm: Arm) => Prose;
}

/** What differs between the arms, one row each; null where nothing does that the report knows of. */
export function buildDifferencesTable({ report: { arms } }: Lookup): Table | null {
  const traits = listTraits(arms).filter(({ read }) => new Set(arms.map(read)).size > 1);
  if (traits.length === 0) return null;
  return {
    caption: plain`What differs between the arms`,
    columns: [
      left(plain`what differs`),
      ...arms.map(({ id }, i) => left(i === 0 ? say`${foreign(id)} (baseline)` : say`${foreign(id)}`)),
    ],
    rows: traits.map(({ name, show }) => [name, ...arms.map(show)]),
  };
}

function listTraits(arms: readonly Arm[]): Trait[] {
  const text = (name: Plain, read: Trait['read']): Trait => ({ name: say`${name}`, read, show: showText(read) });
  return [
    {
      name: say`target`,
      read: ({ target, isSeldon }) => `${target} ${isSeldon}`,
      show: describeKind,
    },
    text(plain`Seldon Core`, ({ seldonVersion }) => seldonVersion),
    text(plain`Python`, ({ python }) => python?.version),
    text(plain`model`, ({ model }) => model),
    {
      name: say`packages asked for`,
      read: ({ packages }) => packages && JSON.stringify(packages),
      show: ({ packages = [] }) => (packages.length === 0 ? nothing : join(packages.map(foreign), ', ')),
    },
    ...listNames(arms, otherPackages).map((name): Trait => byName(plain`package`, name, otherPackages)),
    ...listNames(arms, ({ settings }) => settings).map(
      (name): Trait => byName(plain`setting`, name, ({ settings }) => settings),
    ),
    {
      name: say`REST connection`,
      read: ({ connection }) => String(connection),
      show: ({ connection }) => connectionLabel(connection),
    },
    text(plain`image`, ({ image }) => image && `${image.reference} (${image.id})`),
    text(plain`tftensor in the image`, ({ image }) => image?.tensorflow && TENSORFLOWS[image.tensorflow]),
    text(plain`in front of the model`, ({ kubernetes }) => kubernetes?.engine),
    text(plain`network path`, ({ network }) => network),
    text(plain`address`, ({ address }) => address),
  ];
}

/** Seldon's own package is named already where it has the version that the arm says. */
function otherPackages({ seldonVersion, python }: Arm): Names {
  const { 'seldon-core': seldon, ...others } = python?.packages ?? {};
  return seldon === undefined || seldon === seldonVersion ? others : { ...others, 'seldon-core': seldon };
}

type Names = Readonly<Record<string, string>> | undefined;

function listNames(arms: readonly Arm[], read: (arm: Arm) => Names): string[] {
  return [...new Set(arms.flatMap((arm) => Object.keys(read(arm) ?? {})))];
}

function byName(what: Plain, name: string, read: (arm: Arm) => Names): Trait {
  const value = (arm: Arm): string | undefined => {
    const names = read(arm) ?? {};
    return Object.hasOwn(names, name) ? names[name] : undefined;
  };
  return { name: say`${what} ${foreign(name)}`, read: value, show: showText(value) };
}

function showText(read: Trait['read']): Trait['show'] {
  return (arm) => {
    const value = read(arm);
    return value === undefined ? nothing : say`${foreign(value)}`;
  };
}
