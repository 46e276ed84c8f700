import { HttpClient } from '@actions/http-client';
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import { orAborted } from '../abort.ts';
import { MAX_REPORT_BYTES } from '../report.ts';
import type { Client } from './client.ts';
import type { FoundArtifact } from './find-artifacts.ts';
import type { Occasion } from './occasion.ts';

/** An artifact is written by whoever could run code in the job: its sizes are limits, not facts. */
const MOST_ZIP_BYTES = 64 * 1024 * 1024;
/** Ours have about ten. */
const MOST_FILES = 1000;
const WANTED = 'report.json';

/**
 * The text of an artifact's report.json, which alone is read of it. Throws an Error that says what was found instead
 * where it is not there or too large, and rejects with the signal's reason when it is aborted.
 */
export async function downloadReport(
  client: Client,
  { repository }: Pick<Occasion, 'repository'>,
  artifact: FoundArtifact,
  signal: AbortSignal,
): Promise<string> {
  if (artifact.bytes > MOST_ZIP_BYTES) throw tooLarge('the artifact', artifact.bytes, MOST_ZIP_BYTES);
  // The address that GitHub answers with carries its own permission, and must not be sent the token.
  const answer = await client.rest.actions.downloadArtifact({
    ...repository,
    artifact_id: artifact.id,
    archive_format: 'zip',
    request: { redirect: 'manual' },
  });
  const address = answer.headers.location;
  if (address === undefined) throw new Error(`expected the artifact's address, found status ${answer.status}`);
  return extract(await download(address, signal));
}

async function download(address: string, signal: AbortSignal): Promise<Buffer> {
  const http = new HttpClient('seldon-bench-action', [], { allowRedirects: false, socketTimeout: 30_000 });
  try {
    return await orAborted(fetchBytes(http, address, signal), signal);
  } finally {
    http.dispose();
  }
}

async function fetchBytes(http: HttpClient, address: string, signal: AbortSignal): Promise<Buffer> {
  const { message } = await http.get(address);
  const destroy = (): void => void message.destroy();
  signal.addEventListener('abort', destroy, { once: true });
  try {
    if (message.statusCode !== 200) {
      message.destroy();
      throw new Error(`expected the artifact, found status ${message.statusCode}`);
    }
    return await collect(message, MOST_ZIP_BYTES, 'the artifact');
  } finally {
    signal.removeEventListener('abort', destroy);
  }
}

async function extract(zip: Buffer): Promise<string> {
  const file: ZipFile = await fromBufferPromise(zip, { lazyEntries: true, strictFileNames: true });
  try {
    if (file.entryCount > MOST_FILES) {
      throw new Error(`expected at most ${MOST_FILES} files in the artifact, found ${file.entryCount}`);
    }
    for await (const entry of file.eachEntry()) {
      if (entry.fileName === WANTED) return await readEntry(file, entry);
    }
  } finally {
    file.close();
  }
  throw new NoReport(`expected ${WANTED} in the artifact, found none`);
}

/** The artifact is somebody else's, whose name begins as ours do. */
export class NoReport extends Error {
  override readonly name = 'NoReport';
}

async function readEntry(file: ZipFile, entry: Entry): Promise<string> {
  if (entry.uncompressedSize > MAX_REPORT_BYTES) throw tooLarge(WANTED, entry.uncompressedSize, MAX_REPORT_BYTES);
  const stream = await file.openReadStreamPromise(entry);
  return (await collect(stream, MAX_REPORT_BYTES, WANTED)).toString('utf8');
}

async function collect(
  stream: AsyncIterable<Buffer> & { destroy(): unknown },
  most: number,
  what: string,
): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of stream) {
    length += part.length;
    if (length > most) {
      stream.destroy();
      throw tooLarge(what, length, most);
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function tooLarge(what: string, bytes: number, most: number): Error {
  return new Error(`expected ${what} to have at most ${most} bytes, found ${bytes} or more`);
}
