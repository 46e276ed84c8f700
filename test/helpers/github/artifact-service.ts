import { createHash } from 'node:crypto';
import { backendIdOf, runOf, writeRuntimeToken } from './backend-ids.ts';
import type { RecordedRequest } from './faults.ts';
import type { Reply } from './reply.ts';
import { type Artifact, nextId, type State, tick, timeText } from './state.ts';
import type { Storage, Upload } from './storage.ts';

interface ServiceOptions {
  readonly state: State;
  readonly storage: Storage;
  readonly storageUrl: string;
  readonly report: (problem: string) => void;
}

interface Message {
  readonly run: number;
  readonly job: string;
  readonly name: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What each message of the protocol may hold; those with `!` it must. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  CreateArtifact: ['name!', 'expires_at', 'version!', 'mime_type'],
  FinalizeArtifact: ['name!', 'size', 'hash'],
  ListArtifacts: ['name_filter', 'id_filter'],
  DeleteArtifact: ['name!'],
  GetSignedArtifactURL: ['name!'],
};

/** Answers a call of the artifact service, JSON over HTTP as the toolkit's client speaks it. */
export function answerArtifactService(request: RecordedRequest, options: ServiceOptions): Reply {
  const method = request.path.split('/').at(-1) ?? '';
  const call = CALLS[method];
  if (!call || request.method !== 'POST') {
    options.report(`request ${request.method} ${request.path}: no such call`);
    return twirpError(404, 'bad_route', 'no handler for path');
  }
  const fields = typeof request.body === 'object' ? (request.body as Record<string, unknown>) : {};
  for (const problem of checkFields(method, fields)) options.report(`request ${request.path}: ${problem}`);
  const run = runOf(String(fields.workflow_run_backend_id));
  // The token is the run's, and a run may speak for itself alone.
  if (request.token === null || request.token !== writeRuntimeToken(run) || !options.state.runs.has(run)) {
    return twirpError(401, 'unauthenticated', 'the runtime token is not of this run');
  }
  const job = String(fields.workflow_job_run_backend_id);
  return call({ run, job, name: String(fields.name), fields }, options);
}

const CALLS: Readonly<Record<string, (message: Message, options: ServiceOptions) => Reply>> = {
  CreateArtifact(message, { state, storage, storageUrl }) {
    const taken = findUpload(storage, message) ?? findArtifact(state, message);
    if (taken)
      return twirpError(409, 'already_exists', 'an artifact with this name already exists on the workflow run');
    const { run, name, fields } = message;
    const id = nextId(state);
    const mimeType = typeof fields.mime_type === 'string' ? fields.mime_type : 'application/zip';
    storage.uploads.set(id, { run, name, mimeType, blocks: new Map(), bytes: null, contentType: null });
    return { status: 200, body: { ok: true, signed_upload_url: `${storageUrl}/uploads/${id}?sig=upload` } };
  },

  FinalizeArtifact(message, { state, storage, report }) {
    const found = findUpload(storage, message);
    if (!found) return twirpError(404, 'not_found', 'artifact not found');
    const [id, { run, name, mimeType, contentType, bytes }] = found;
    if (!bytes) return twirpError(400, 'failed_precondition', 'nothing was uploaded');
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    const { size, hash } = message.fields;
    if (Number(size) !== bytes.length) report(`FinalizeArtifact ${name}: size ${size} of ${bytes.length} bytes`);
    if (hash !== undefined && hash !== digest) report(`FinalizeArtifact ${name}: another digest than the upload has`);
    if (contentType !== mimeType)
      report(`FinalizeArtifact ${name}: uploaded as ${contentType}, created as ${mimeType}`);
    storage.uploads.delete(id);
    const artifact: Artifact = {
      ...{ id, run, name, bytes, mimeType, digest },
      ...{ size: bytes.length, expired: false, createdAt: tick(state) },
    };
    state.artifacts.set(id, artifact);
    return { status: 200, body: { ok: true, artifact_id: String(id) } };
  },

  ListArtifacts({ run, job, fields }, { state }) {
    const artifacts = [...state.artifacts.values()].filter(
      ({ id, run: of, name }) =>
        of === run &&
        (fields.name_filter === undefined || fields.name_filter === name) &&
        (fields.id_filter === undefined || fields.id_filter === String(id)),
    );
    return {
      status: 200,
      body: {
        artifacts: artifacts.map(({ id, name, size, createdAt, digest }) => ({
          workflow_run_backend_id: backendIdOf(run),
          workflow_job_run_backend_id: job,
          database_id: String(id),
          name,
          size: String(size),
          created_at: timeText(createdAt),
          ...(digest !== null && { digest }),
        })),
      },
    };
  },

  DeleteArtifact(message, { state }) {
    const artifact = findArtifact(state, message);
    if (!artifact) return twirpError(404, 'not_found', 'artifact not found');
    state.artifacts.delete(artifact.id);
    return { status: 200, body: { ok: true, artifact_id: String(artifact.id) } };
  },

  GetSignedArtifactURL(message, { state, storageUrl }) {
    const artifact = findArtifact(state, message);
    if (!artifact) return twirpError(404, 'not_found', 'artifact not found');
    return { status: 200, body: { signed_url: `${storageUrl}/downloads/${artifact.id}?sig=download` } };
  },
};

/** An error as the protocol (Twirp) has it. */
function twirpError(status: number, code: string, msg: string): Reply {
  return { status, body: { code, msg } };
}

function findUpload(storage: Storage, { run, name }: Message): [number, Upload] | undefined {
  return [...storage.uploads].find(([, upload]) => upload.run === run && upload.name === name);
}

function findArtifact(state: State, { run, name }: Message): Artifact | undefined {
  return [...state.artifacts.values()].find((artifact) => artifact.run === run && artifact.name === name);
}

function checkFields(method: string, fields: Readonly<Record<string, unknown>>): string[] {
  const known = ['workflow_run_backend_id!', 'workflow_job_run_backend_id!', ...(FIELDS[method] ?? [])];
  const names = known.map((name) => name.replace('!', ''));
  const missing = known.filter((name) => name.endsWith('!') && fields[name.slice(0, -1)] === undefined);
  return [
    ...missing.map((name) => `field ${name.slice(0, -1)} is missing`),
    ...Object.keys(fields)
      .filter((name) => !names.includes(name))
      .map((name) => `field ${name} is not known`),
  ];
}
