import { join } from 'node:path';
import { modelFolder } from '../../../assets.ts';
import type { ArmConfig } from '../../../config.ts';

export type SeldonVersion = ArmConfig['seldonVersion'];

/** What a version of the wrapper needs, and what somebody wants to be different. */
export interface Lane {
  readonly seldonVersion: SeldonVersion;
  /** Versions of Python that it installs on, the preferred one first. */
  readonly pythons: readonly string[];
  /** Every package that it needs with its exact version, also those that other packages bring. */
  readonly constraintsFile: string;
  /** Packages that replace those of the constraints file, each as `name==version`. */
  readonly pins: readonly string[];
}

const PYTHONS: Readonly<Record<SeldonVersion, readonly string[]>> = {
  '1.19.0': ['3.12'],
  '1.17.1': ['3.10', '3.9', '3.8'],
};

export function laneOf(seldonVersion: SeldonVersion, pins: readonly string[] = []): Lane {
  return {
    seldonVersion,
    pythons: PYTHONS[seldonVersion],
    constraintsFile: join(modelFolder, `constraints-${seldonVersion}.txt`),
    pins,
  };
}

/** As messages name it. */
export function describeLane({ seldonVersion, pins }: Lane): string {
  return `seldon-core ${seldonVersion}${pins.length === 0 ? '' : ` with ${pins.join(', ')}`}`;
}
