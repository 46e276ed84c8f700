/** How the artifact service knows a run: an id of its own, which stays the same over the run's attempts. */
export function backendIdOf(run: number): string {
  return `00000000-0000-4000-8000-${String(run).padStart(12, '0')}`;
}

export function runOf(backendId: string): number {
  return Number(backendId.slice(-12));
}

/** ACTIONS_RUNTIME_TOKEN of a job: the toolkit reads the ids from its claims and leaves the signature alone. */
export function writeRuntimeToken(run: number): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const scp = `Actions.GenericRead:${backendIdOf(run)} Actions.Results:${backendIdOf(run)}:${JOB_BACKEND_ID}`;
  return `${part({ alg: 'none', typ: 'JWT' })}.${part({ scp })}.${Buffer.from('unsigned').toString('base64url')}`;
}

const JOB_BACKEND_ID = 'ca395085-040a-526b-2ce8-bdc85f692774';
