import { endGroup, readStartTime } from './process-group.ts';
import { removeFolder } from './run-folder.ts';
import type { Created } from './target.ts';

/**
 * Takes back what a killed run left behind. A process group is ended only while its leader is the very process that
 * was recorded; an id that went to another process since, or a leader that is gone, is left alone.
 */
export async function endRecorded(thing: Created): Promise<void> {
  switch (thing.kind) {
    case 'folder':
      return removeFolder(thing.path);
    case 'process-group':
      if ((await readStartTime(thing.pid)) === thing.startTime) await endGroup(thing.pid);
  }
}
