import { readImports, resolveImport, roomOf } from './imports.ts';

/** What is drawn, from top to bottom. */
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

/** Which drawn room imports which other one. */
async function listEdges(): Promise<(readonly [from: string, to: string])[]> {
  const found = new Set<string>();
  for (const [file, names] of await readImports()) {
    for (const name of names) {
      const to = resolveImport(file, name);
      if (to !== null) found.add(`${roomOf(file)} ${roomOf(to)}`);
    }
  }
  return DRAWN.flatMap((from) =>
    DRAWN.filter((to) => from !== to && found.has(`${from} ${to}`)).map((to) => [from, to] as const),
  );
}

function idOf(room: string): string {
  return room.replace('.', '_');
}
