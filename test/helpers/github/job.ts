import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Occasion, readOccasion } from '../../../src/github/occasion.ts';
import { createRunner, installAction, type Runner } from '../runner.ts';
import { type EventKind, type EventOptions, environmentOf, eventOf } from './events.ts';
import type { GitHub } from './server.ts';

/** A job of that event with the published Action, in a folder of its own. */
export async function startJob(
  github: GitHub,
  folder: string,
  kind: EventKind,
  options: EventOptions & { readonly token?: string; readonly env?: Record<string, string> } = {},
): Promise<Runner> {
  return createRunner(await installAction(folder), folder, {
    env: { ...environmentOf(github, kind, options), ...options.env },
    event: eventOf(kind, github, options),
    token: options.token ?? github.token,
  });
}

/** What such a job reads of its event. */
export async function occasionOf(github: GitHub, kind: EventKind, options: EventOptions = {}): Promise<Occasion> {
  const folder = await mkdtemp(join(tmpdir(), 'event-'));
  try {
    const path = join(folder, 'event.json');
    await writeFile(path, JSON.stringify(eventOf(kind, github, options)));
    return readOccasion({ ...environmentOf(github, kind, options), GITHUB_EVENT_PATH: path });
  } finally {
    await rm(folder, { recursive: true });
  }
}
