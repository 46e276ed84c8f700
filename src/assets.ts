import { join } from 'node:path';

/** The folder that holds proto/ and templates/. True from src/ and from dist/ alike: both lie one level below it. */
export const root = join(import.meta.dirname, '..');

/** The script of a child process, unbuilt beside the sources or bundled beside dist/main.js. */
export const workerScript = join(import.meta.dirname, import.meta.filename.endsWith('.ts') ? 'worker.ts' : 'worker.js');

export const protoFolder = join(root, 'proto');
export const templatesFolder = join(root, 'templates');
export const modelFolder = join(templatesFolder, 'model');
