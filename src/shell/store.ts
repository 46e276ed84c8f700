import { type OutputName, writeOutputs } from '../github/outputs.ts';
import { writeFiles } from './output-folder.ts';

/** Where a step puts what it leaves on the disk: files in its output folder, and its outputs. */
export interface Store {
  writeFiles(files: Readonly<Record<string, string>>): Promise<void>;
  writeOutputs(values: Partial<Record<OutputName, string>>): void;
  /** Whether everything could be written until now. */
  isWhole(): boolean;
  /** Throws what went wrong first, if anything did. */
  settle(): void;
}

/**
 * Never rejects or throws before `settle`: a full disk must not keep what was measured from those who read it elsewhere.
 * After files that could not be written there are no others, so that the folder's older ones are not mixed with newer.
 */
export function createStore(folder: string): Store {
  const failures: unknown[] = [];
  return {
    async writeFiles(files) {
      if (failures.length > 0) return;
      try {
        await writeFiles(folder, files);
      } catch (error) {
        failures.push(error);
      }
    },
    writeOutputs(values) {
      try {
        writeOutputs(values);
      } catch (error) {
        failures.push(error);
      }
    },
    isWhole: () => failures.length === 0,
    settle() {
      if (failures.length > 0) throw failures[0];
    },
  };
}
