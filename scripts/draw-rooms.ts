import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, normalize, relative } from 'node:path';

const SRC = join(import.meta.dirname, '..', 'src');

/** What is drawn, from top to bottom; a room is a folder below src/, or a file at its top. */
const LEVELS = [
  { title: 'entries', rooms: ['cli.ts', 'main.ts', 'action.ts', 'worker.ts'] },
  { title: 'what only they use', rooms: ['shell'] },
  { title: 'the pipeline', rooms: ['bench.ts'] },
  { title: 'across stages', rooms: ['run'] },
  { title: 'stages', rooms: ['target', 'payload', 'load', 'analysis', 'render', 'github'] },
  { title: 'leaves with a subject of their own', rooms: ['server', 'http2', 'stats', 'arms'] },
] as const;

const DRAWN: readonly string[] = LEVELS.flatMap(({ rooms }) => [...rooms]);

/** A Mermaid diagram of the rooms of src/ and of what each imports. The small leaves, which all may import, are left out. */
export async function drawRooms(): Promise<string> {
  const edges = await listEdges();
  const lines = LEVELS.flatMap(({ title, rooms }, i) => [
    `  subgraph level${i}["${title}"]`,
    ...rooms.map((room) => `    ${idOf(room)}["${room}"]`),
    '  end',
  ]);
  return [
    '```mermaid',
    'flowchart TD',
    ...lines,
    ...edges.map(([from, to]) => `  ${idOf(from)} --> ${idOf(to)}`),
    '```',
  ].join('\n');
}

/** Which drawn room imports which other one; types are imports, too. */
async function listEdges(): Promise<(readonly [from: string, to: string])[]> {
  const files = (await readdir(SRC, { recursive: true })).filter((name) => name.endsWith('.ts'));
  const found = new Set<string>();
  for (const file of files) {
    const text = await readFile(join(SRC, file), 'utf8');
    for (const [, declared, asked] of text.matchAll(IMPORTS)) {
      const to = relative(SRC, normalize(join(SRC, dirname(file), (declared ?? asked) as string)));
      found.add(`${roomOf(file)} ${roomOf(to)}`);
    }
  }
  return DRAWN.flatMap((from) =>
    DRAWN.filter((to) => from !== to && found.has(`${from} ${to}`)).map((to) => [from, to] as const),
  );
}

/** Of this project's own modules, in import and export declarations and in import() calls. */
const IMPORTS = /(?:^|\n)(?:import|export) [^'"`;=()]*?from '(\.[^']+)'|\bimport\(\s*'(\.[^']+)'/g;

function roomOf(file: string): string {
  return file.split('/')[0] as string;
}

function idOf(room: string): string {
  return room.replace('.', '_');
}
