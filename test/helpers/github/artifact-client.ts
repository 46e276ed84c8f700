import { DefaultArtifactClient } from '@actions/artifact';

/**
 * Drives the toolkit's artifact client, which reads its environment as it is loaded: a program, not a function. Takes
 * steps as JSON and writes what came of each as a line `RESULT <JSON>`; an error ends none of the others.
 */
export type ArtifactStep =
  | { readonly do: 'upload'; readonly name: string; readonly file: string; readonly raw?: boolean }
  | { readonly do: 'delete'; readonly name: string }
  | { readonly do: 'list' }
  | { readonly do: 'download'; readonly id: number; readonly into: string };

export interface ArtifactResult {
  readonly error?: string;
  readonly id?: number;
  readonly size?: number;
  readonly digest?: string;
  readonly names?: readonly string[];
}

if (import.meta.main) {
  const steps: ArtifactStep[] = JSON.parse(process.argv[2] ?? '[]');
  const client = new DefaultArtifactClient();
  for (const step of steps) {
    const result = await take(client, step).catch((error: unknown) => ({ error: String(error) }));
    process.stdout.write(`\nRESULT ${JSON.stringify(result)}\n`);
  }
}

async function take(client: DefaultArtifactClient, step: ArtifactStep): Promise<ArtifactResult> {
  switch (step.do) {
    case 'upload': {
      const folder = step.file.slice(0, step.file.lastIndexOf('/'));
      const { id, size, digest } = await client.uploadArtifact(step.name, [step.file], folder, {
        ...(step.raw && { skipArchive: true }),
      });
      return { ...(id !== undefined && { id }), ...(size !== undefined && { size }), ...(digest && { digest }) };
    }
    case 'delete':
      return { id: (await client.deleteArtifact(step.name)).id };
    case 'list':
      return { names: (await client.listArtifacts()).artifacts.map(({ name }) => name) };
    case 'download':
      await client.downloadArtifact(step.id, { path: step.into });
      return {};
  }
}
