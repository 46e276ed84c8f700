import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { orAborted } from '../abort.ts';
import { explain, UserError } from '../errors.ts';
import { downloadReport, NoReport } from '../github/download.ts';
import { findArtifacts } from '../github/find-artifacts.ts';
import type { Link } from '../render/posting.ts';
import { MAX_REPORT_BYTES, parseReport, type Report } from '../report.ts';
import type { Outlet } from './outlet.ts';
import { addressOf } from './upload.ts';

interface Gathered {
  readonly reports: readonly Report[];
  /** To what they came from, where readers can open it. */
  readonly links: readonly Link[];
}

const MOST_REPORTS = 50;
const MOST_ENTRIES = 5000;

/**
 * The reports that mode `report` is about: of the files that were named, else of the artifacts of the run that ended or
 * of this one. Whoever could write them could write anything: they are taken by the schema, and every one has to be of
 * `commit`. Throws a UserError that names the first one which is not, and rejects with the signal's reason when it is
 * aborted.
 */
export async function gatherReports(outlet: Outlet, commit: string | null): Promise<Gathered> {
  const { reports: paths } = outlet.config.publishing;
  const gathered = paths === null ? await fromArtifacts(outlet) : await fromFiles(paths);
  if (gathered.reports.length > MOST_REPORTS) {
    throw new UserError(`expected at most ${MOST_REPORTS} reports for one comment, found ${gathered.reports.length}`);
  }
  // What was measured on the command line of this very job knows of no commit.
  const mayLack = paths !== null && outlet.occasion?.endedRun === null;
  for (const { id, provenance } of gathered.reports) {
    if (commit === null || provenance.sha === commit || (mayLack && provenance.sha === undefined)) continue;
    const found =
      provenance.sha === undefined
        ? 'one of no commit'
        : `one of another commit, ${JSON.stringify(provenance.sha.slice(0, 40))}`;
    throw new UserError(`expected reports of commit ${commit.slice(0, 7)}, found ${found} (report ${id})`);
  }
  return gathered;
}

async function fromArtifacts(outlet: Outlet): Promise<Gathered> {
  const { client, occasion, signal, log } = outlet;
  const runId = occasion?.endedRun?.id ?? occasion?.runId ?? null;
  if (client === null || occasion === null || runId === null) {
    throw new UserError(
      'expected a token and a run to take reports from, found none: give input github-token, or files with input reports',
    );
  }
  const found = await orAborted(findArtifacts(client, occasion, runId), signal).catch((error: unknown) => {
    signal.throwIfAborted();
    throw new UserError(
      `the artifacts of run ${runId} could not be listed (${explain(error).slice(0, 200)}): the job needs the permission actions: read`,
    );
  });
  const reports: Report[] = [];
  const links: Link[] = [];
  for (const artifact of found) {
    const where = `artifact ${artifact.id} of run ${runId}`;
    let json: string;
    try {
      json = await orAborted(downloadReport(client, occasion, artifact, signal), signal);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof NoReport) {
        log.warn(`${where} has no report in it and is left out`);
        continue;
      }
      throw new UserError(`${where} could not be read: ${explain(error).slice(0, 300)}`);
    }
    const report = parse(json, where);
    reports.push(report);
    links.push({ report: report.id, what: 'data', url: addressOf(occasion, runId, artifact.id) });
  }
  return { reports, links };
}

async function fromFiles(paths: readonly string[]): Promise<Gathered> {
  const reports: Report[] = [];
  for (const path of paths) for (const file of await listReports(path)) reports.push(parse(await read(file), file));
  return { reports, links: [] };
}

/** The file itself, or every report.json below a folder, in the order of their names. */
async function listReports(path: string): Promise<string[]> {
  const about = await lstat(path).catch((error: unknown) => {
    throw new UserError(`expected a report or a folder at ${path} (${explain(error)}); see input reports`);
  });
  if (!about.isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  if (entries.length > MOST_ENTRIES) {
    throw new UserError(`expected a folder of reports at ${path}, found more than ${MOST_ENTRIES} entries`);
  }
  const files = entries.filter((entry) => entry.isFile() && entry.name === 'report.json');
  if (files.length === 0) throw new UserError(`expected report.json files below ${path}, found none`);
  return files.map((entry) => join(entry.parentPath, entry.name)).sort();
}

async function read(file: string): Promise<string> {
  const about = await lstat(file);
  // A link in a downloaded folder leads wherever its author wanted.
  if (!about.isFile()) throw new UserError(`expected a regular file at ${file}`);
  if (about.size > MAX_REPORT_BYTES) {
    throw new UserError(`expected at most ${MAX_REPORT_BYTES} bytes in ${file}, found ${about.size}`);
  }
  return readFile(file, 'utf8');
}

function parse(json: string, where: string): Report {
  try {
    return parseReport(json);
  } catch (error) {
    throw new UserError(`${where}: ${explain(error).slice(0, 1000)}`);
  }
}
