import { bytes, encodingLabel, integer, MINUS, millis, transportLabel } from './format.ts';
import { cellName, type Lookup } from './lookup.ts';
import { code, foreign, type Plain, type Prose, plain, say } from './prose.ts';
import { left, right, type Table } from './table.ts';

/** What encoding a request and decoding its reply cost this program; null where nothing was recorded. */
export function buildCodecTable({ report }: Lookup, batches: ReadonlySet<number>): Table | null {
  const rows = report.codec.filter(({ batch }) => batches.has(batch));
  if (rows.length === 0) return null;
  return {
    caption: plain`Encoding and decoding`,
    columns: [left(plain`transport · encoding`), right(plain`batch`), right(plain`encode ms`), right(plain`decode ms`)],
    rows: rows.map(({ transport, encoding, batch, encodeMs, decodeMs }) => [
      say`${transportLabel(transport)} ${code(encodingLabel(encoding))}`,
      say`${integer(batch)}`,
      say`${millis(encodeMs)}`,
      say`${millis(decodeMs)}`,
    ]),
  };
}

export const CODEC_NOTE = say`Done once per cell, outside the clock, by this program: it is part of no other number. A client in another language has costs of its own.`;

/** What the client and the kernel cost alone, each with the cell's own bytes; null without calibration. */
export function buildFloorTable(lookup: Lookup): Table | null {
  if (lookup.report.floor.length === 0) return null;
  const several = lookup.others.length > 0;
  return {
    caption: plain`Floor: the same bytes against a server that answers at once`,
    columns: [
      left(plain`cell`),
      ...(several ? [left(plain`arm`)] : []),
      right(plain`request`),
      right(plain`reply`),
      right(plain`requests`),
      right(plain`p50 ms`),
      right(plain`p99 ms`),
    ],
    rows: lookup.report.floor.map((floor) => [
      cellName(lookup, floor.cell),
      ...(several ? [say`${foreign(floor.arm)}`] : []),
      say`${bytes(floor.requestBytes)}`,
      say`${bytes(floor.responseBytes)}`,
      say`${integer(floor.requests)}`,
      say`${millis(floor.p50Ms)}`,
      say`${millis(floor.p99Ms)}`,
    ]),
  };
}

/** What the way to a server in a cluster costs; null where servers are on this machine's loopback. */
export function buildPathTable(lookup: Lookup): Table | null {
  const { paths = [] } = lookup.report;
  if (paths.length === 0) return null;
  const several = lookup.others.length > 0;
  return {
    caption: plain`Path: the null server in the cluster against the same one on loopback`,
    columns: [
      left(plain`cell`),
      ...(several ? [left(plain`arm`)] : []),
      right(plain`requests`),
      right(plain`in the cluster ms`),
      right(plain`on loopback ms`),
      right(plain`the way costs ms`),
    ],
    rows: paths.map(({ cell, arm, requests, pathP50Ms, loopbackP50Ms }) => [
      cellName(lookup, cell),
      ...(several ? [say`${foreign(arm)}`] : []),
      say`${integer(requests)}`,
      say`${millis(pathP50Ms)}`,
      say`${millis(loopbackP50Ms)}`,
      signedMillis(pathP50Ms - loopbackP50Ms),
    ]),
  };
}

export const PATH_NOTE = say`The way to the cluster alone: the same null server there and on this machine, asked in turns (medians).`;

/** A way that costs next to nothing may come out below. */
function signedMillis(x: number): Prose {
  return x < 0 ? say`${MINUS as Plain}${millis(-x)}` : say`${millis(x)}`;
}
