import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { drawRooms } from '../../scripts/draw-rooms.ts';
import { writeInputsPage } from '../../scripts/inputs-page.ts';
import { projectFolder } from '../helpers/run-tool.ts';
import { readWorkflows } from './workflows.ts';

const read = (path: string): Promise<string> => readFile(join(projectFolder, path), 'utf8');

test('docs/inputs.md is what `npm run docs` writes', async () => {
  assert.equal(await read('docs/inputs.md'), writeInputsPage());
});

test('the diagram of docs/architecture.md is of the imports as they are', async () => {
  const page = await read('docs/architecture.md');
  const [, drawn] = /<!-- rooms: [^>]+-->\n([\s\S]*?)\n<!-- end of rooms -->/.exec(page) ?? [];
  assert.equal(drawn, await drawRooms(), 'run `npm run docs`');
});

test('every room that is drawn is on the map of CONTRIBUTING.md', async () => {
  const map = await read('CONTRIBUTING.md');
  const rooms = [...(await drawRooms()).matchAll(/^ {4}\w+\["([^"]+)"\]$/gm)].map((match) => match[1] as string);
  assert.ok(rooms.length > 12, `only ${rooms.length}`);
  assert.deepEqual(
    rooms.filter((room) => !map.includes(room)),
    [],
  );
});

test('the workflows of docs/getting-started.md are the examples, each of them once', async () => {
  const page = await read('docs/getting-started.md');
  const copied = [...page.matchAll(/<!-- examples\/(.+) -->\n```yaml\n([\s\S]*?)```/g)];
  for (const [, file = '', text] of copied) assert.equal(text, await read(`examples/${file}`), file);
  const named = copied.map(([, file]) => file);
  assert.deepEqual(named.toSorted(), [...readWorkflows().keys()].toSorted());
  assert.equal(page.match(/```yaml/g)?.length, copied.length, 'a workflow that no example holds');
});
