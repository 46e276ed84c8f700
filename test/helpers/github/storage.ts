import type { RecordedRequest } from './faults.ts';
import type { Reply } from './reply.ts';
import type { State } from './state.ts';

/** What is being uploaded, by the id that the artifact will have. */
export interface Storage {
  readonly uploads: Map<number, Upload>;
}

export interface Upload {
  readonly run: number;
  readonly name: string;
  /** As the artifact service was told. */
  readonly mimeType: string;
  /** Uploaded and not committed, by their ids. */
  readonly blocks: Map<string, Buffer>;
  /** Null until the upload is committed. */
  bytes: Buffer | null;
  /** As the storage was told. */
  contentType: string | null;
}

/** Answers a request to the blob storage: block-blob uploads (whole, or block by block) and downloads. */
export function answerStorage(
  request: RecordedRequest,
  options: { readonly state: State; readonly storage: Storage; readonly report: (problem: string) => void },
): Reply {
  const { method, path, query, token } = request;
  if (token !== null) {
    // The real storage refuses it, and a token that went there is a token given away.
    options.report(`request ${method} ${path}: a token was sent to the storage`);
    return storageError(400, 'InvalidAuthenticationInfo');
  }
  const [, , folder, id] = path.split('/');
  if (method === 'PUT' && folder === 'uploads' && query.sig === 'upload') {
    const upload = options.storage.uploads.get(Number(id));
    return upload ? receive(request, upload, options.report) : storageError(404, 'BlobNotFound');
  }
  if (method === 'GET' && folder === 'downloads' && query.sig === 'download') {
    const artifact = options.state.artifacts.get(Number(id));
    if (!artifact) return storageError(404, 'BlobNotFound');
    const file = artifact.mimeType === 'application/zip' ? `${artifact.name}.zip` : artifact.name;
    const headers = {
      'content-type': artifact.mimeType,
      'content-disposition': `attachment; filename="${encodeURIComponent(file)}"`,
    };
    return { status: 200, headers, body: artifact.bytes };
  }
  return storageError(403, 'AuthenticationFailed');
}

function receive(request: RecordedRequest, upload: Upload, report: (problem: string) => void): Reply {
  const { query, headers, body } = request;
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
  if (query.comp === 'block') {
    upload.blocks.set(query.blockid ?? '', bytes);
    return created();
  }
  if (query.comp === 'blocklist') {
    const ids = [...bytes.toString('utf8').matchAll(/<(Latest|Uncommitted)>([^<]*)<\/\1>/g)].map(([, , id = '']) => id);
    const blocks = ids.map((id) => upload.blocks.get(id));
    if (ids.length === 0 || blocks.includes(undefined)) return storageError(400, 'InvalidBlockList');
    upload.bytes = Buffer.concat(blocks.filter((block) => block !== undefined));
  } else if (query.comp === undefined && headers['x-ms-blob-type'] === 'BlockBlob') {
    upload.bytes = bytes;
  } else {
    report(`request ${request.method} ${request.path}: no such operation (${query.comp})`);
    return storageError(400, 'InvalidQueryParameterValue');
  }
  upload.contentType = headers['x-ms-blob-content-type'] ?? null;
  return created();
}

function created(): Reply {
  const headers = {
    etag: '"0x8DC0000000000000"',
    'last-modified': 'Thu, 01 Jan 1970 00:00:00 GMT',
    'x-ms-request-id': '00000000-0000-4000-8000-000000000000',
    'x-ms-request-server-encrypted': 'true',
    'x-ms-version': '2025-11-05',
  };
  return { status: 201, headers };
}

function storageError(status: number, code: string): Reply {
  const xml = `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;
  return { status, headers: { 'content-type': 'application/xml', 'x-ms-error-code': code }, body: Buffer.from(xml) };
}
