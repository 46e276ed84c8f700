import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseConfig } from '../../src/config.ts';
import { ServerError } from '../../src/errors.ts';
import { createActionsLog } from '../../src/github/actions-log.ts';
import { readOccasion } from '../../src/github/occasion.ts';
import { benchStep } from '../../src/shell/bench-step.ts';
import { openEvidence } from '../../src/shell/evidence.ts';
import { prepareFolder } from '../../src/shell/output-folder.ts';
import { publishFailure } from '../../src/shell/publish-failure.ts';
import { makeEvidenceFolder } from '../../src/target/evidence-folder.ts';

/**
 * The Action's main step where something goes wrong in a cluster, without one. `start`: there is no report. `lost`:
 * there is one, and what the cluster tells is still being written when it is published. A program, because the toolkit
 * reads its environment.
 */
export type Trouble = 'start' | 'lost';

if (import.meta.main) {
  const trouble = process.argv[2] as Trouble;
  const config = parseConfig((name) => process.env[`INPUT_${name.toUpperCase()}`] ?? '', 'action');
  const { signal } = new AbortController();
  const occasion = readOccasion(process.env);
  const log = createActionsLog();
  await prepareFolder(config.out);
  const evidence = await openEvidence(config.out);
  const write = async (): Promise<void> => {
    await makeEvidenceFolder(evidence.host.evidenceFolder, ['what a test says']);
    await writeFile(join(evidence.host.evidenceFolder, 'error.txt'), 'no model\n');
  };
  if (trouble === 'start') {
    await write();
    await publishFailure({ config, log, occasion }, signal, new ServerError('no model'), evidence);
  } else {
    const reported = Promise.withResolvers<void>();
    const info = (message: string): void => {
      log.info(message);
      if (message.startsWith('artifacts: ')) reported.resolve();
    };
    evidence.host.expectEvidence(reported.promise.then(() => sleep(100)).then(write));
    const host = { log: { ...log, info }, signal, recordCreated: () => () => {}, ...evidence.host };
    await benchStep(config, occasion, host, evidence, () => {});
  }
  log.end();
}
