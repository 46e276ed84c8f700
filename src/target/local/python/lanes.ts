import { join } from 'node:path';
import { modelFolder } from '../../../assets.ts';
import type { TargetConfig } from '../../../config.ts';

export type SeldonVersion = TargetConfig['process']['seldonVersion'];

/** What a version of the wrapper needs. */
export interface Lane {
  readonly seldonVersion: SeldonVersion;
  /** Versions of Python that it installs on, the preferred one first. */
  readonly pythons: readonly string[];
  /** Every package that it needs with its exact version, also those that other packages bring. */
  readonly constraintsFile: string;
}

const PYTHONS: Readonly<Record<SeldonVersion, readonly string[]>> = {
  '1.19.0': ['3.12'],
  '1.17.1': ['3.10', '3.9', '3.8'],
};

export function laneOf(seldonVersion: SeldonVersion): Lane {
  return {
    seldonVersion,
    pythons: PYTHONS[seldonVersion],
    constraintsFile: join(modelFolder, `constraints-${seldonVersion}.txt`),
  };
}
