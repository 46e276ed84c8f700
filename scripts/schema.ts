import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { report } from '../src/report.ts';

/** Writes the published JSON Schema of report.json. */
const schema = z.toJSONSchema(report, { target: 'draft-2020-12' });
await writeFile(
  'report.schema.json',
  `${JSON.stringify({ title: 'seldon-bench-action report', ...schema }, null, 2)}\n`,
);
