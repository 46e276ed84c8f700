import { setTimeout as sleep } from 'node:timers/promises';
import { startRawServer } from '../../test/helpers/raw-server.ts';
import type { Running } from '../../test/helpers/run-tool.ts';
import { type Fault, FINE, LOST } from './fault.ts';
import { findChild, observe, type Role } from './run.ts';

const PAUSE_MS = 300;
/** Long enough to be disturbed three times, and then at an end. */
const BOUNDED = { rounds: '60', timeout: '30s' };

/** Processes that are killed or stopped while they are needed. */
export const PROCESS_FAULTS: readonly Fault[] = [
  kill('server', { ...LOST, says: /the reference server was ended by SIGKILL/ }),
  kill('load process', { ...LOST, says: /the load process ended \(SIGKILL\)/ }),
  {
    name: 'load process killed before anything is measured',
    what: 'the load process is killed while it waits for its first reply',
    expected: { code: 3, outcomes: null, says: /the load process ended \(SIGKILL\)/ },
    run: killWhileVerifying,
  },
  {
    name: 'null server killed',
    what: 'after a round the null server, from which floors come, is killed: the report tells which ended',
    expected: { ...FINE, says: /"floor-ended"/ },
    run: (folder) => disturbReference(folder, BOUNDED, (running) => signal(running, 'null server', 'SIGKILL')),
  },
  {
    name: 'server stopped for good',
    what: 'after a round the server is stopped (SIGSTOP) and never goes on',
    expected: { ...LOST, says: /within 500 ms/ },
    run: (folder) => disturbReference(folder, {}, (running) => signal(running, 'server', 'SIGSTOP')),
  },
  pause('server'),
  pause('load process'),
  {
    name: 'tool paused',
    what: `after a round the tool itself is stopped and goes on, three times for ${PAUSE_MS} ms`,
    expected: FINE,
    run: (folder) =>
      disturbReference(folder, BOUNDED, (running) => stopAndContinue(running, running.child.pid as number)),
  },
  {
    name: 'load process stopped for good',
    what: 'after a round the load process is stopped and never goes on; before that is found, the tool gets a SIGINT',
    expected: { code: 130, outcomes: ['aborted'], says: /SIGINT/ },
    run: (folder) =>
      disturbReference(folder, {}, async (running) => {
        await signal(running, 'load process', 'SIGSTOP');
        running.child.kill('SIGINT');
      }),
  },
];

function kill(role: Role, expected: Fault['expected']): Fault {
  const run = (folder: string) => disturbReference(folder, {}, (running) => signal(running, role, 'SIGKILL'));
  return { name: `${role} killed`, what: `after a round the ${role} is killed`, expected, run };
}

function pause(role: Role): Fault {
  return {
    name: `${role} paused`,
    what: `after a round the ${role} is stopped (SIGSTOP) and goes on, three times for ${PAUSE_MS} ms`,
    expected: FINE,
    run: (folder) =>
      disturbReference(folder, BOUNDED, async (running) => stopAndContinue(running, await findChild(running, role))),
  };
}

function disturbReference(
  folder: string,
  options: Readonly<Record<string, string>>,
  disturb: (running: Running) => Promise<void>,
) {
  return observe(folder, {
    options: { ...options, target: 'reference' },
    async disturb(running) {
      await running.until(/round 1 of/);
      await disturb(running);
    },
  });
}

async function signal(running: Running, role: Role, name: NodeJS.Signals): Promise<void> {
  process.kill(await findChild(running, role), name);
}

async function stopAndContinue(running: Running, pid: number): Promise<void> {
  for (const round of [1, 3, 5]) {
    await running.until(new RegExp(`round ${round} of`));
    process.kill(pid, 'SIGSTOP');
    await sleep(PAUSE_MS);
    process.kill(pid, 'SIGCONT');
  }
}

async function killWhileVerifying(folder: string) {
  const asked = Promise.withResolvers<void>();
  await using silent = await startRawServer(() => asked.resolve());
  return await observe(folder, {
    options: {
      target: 'url',
      'rest-url': `http://127.0.0.1:${silent.port}`,
      transports: 'rest',
      timeout: '60s',
    },
    async disturb(running) {
      await Promise.race([asked.promise, running.ended]);
      await running.until(/^verify$/m);
      await signal(running, 'load process', 'SIGKILL');
    },
  });
}
