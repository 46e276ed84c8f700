import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { parse } from 'yaml';

/** The scripts of release.yml themselves, with a stand-in for GitHub's command line that knows the repository's tags. */
const root = join(import.meta.dirname, '..', '..');
const { jobs } = parse(await readFile(join(root, '.github', 'workflows', 'release.yml'), 'utf8')) as {
  readonly jobs: Record<
    'rebuild' | 'publish',
    { readonly steps: readonly { readonly name?: string; readonly run?: string }[] }
  >;
};
const run = promisify(execFile);
const windows = process.platform === 'win32';
const skip = windows ? 'skipped: release.yml runs on Linux' : false;

test('the first release of a major version is the latest and makes its tag', { skip }, async () => {
  assert.deepEqual(await publish('v1.0.0', ['v0.9.0', 'v1.0.0', 'v0']), {
    latest: 'true',
    tag: 'POST repos/o/r/git/refs ref=refs/tags/v1',
  });
});

test('a later one moves it; versions are compared as numbers, and candidates of later ones do not count', {
  skip,
}, async () => {
  assert.deepEqual(await publish('v1.10.0', ['v1', 'v1.10.0', 'v1.11.0-rc.1', 'v1.2.0', 'v1.9.0', 'vast.1.2']), {
    latest: 'true',
    tag: 'PATCH repos/o/r/git/refs/tags/v1 force=true',
  });
});

test('a mend of an old version moves its own major tag, and is not the latest', { skip }, async () => {
  assert.deepEqual(await publish('v1.9.1', ['v1', 'v1.9.0', 'v1.9.1', 'v10.0.0', 'v2', 'v2.0.0']), {
    latest: 'false',
    tag: 'PATCH repos/o/r/git/refs/tags/v1 force=true',
  });
});

test('a mend of a version that has a newer one beside it moves nothing', { skip }, async () => {
  assert.deepEqual(await publish('v1.9.1', ['v1', 'v1.9.0', 'v1.9.1', 'v1.10.0']), { latest: 'false', tag: null });
});

test('a second try, which finds the release made, still moves the major tag', { skip }, async () => {
  assert.deepEqual(await publish('v1.2.0', ['v1', 'v1.2.0'], { isMade: true }), {
    latest: undefined,
    tag: 'PATCH repos/o/r/git/refs/tags/v1 force=true',
  });
});

for (const [place, code] of [
  ['identical', 0],
  ['behind', 0],
  ['ahead', 1],
  ['diverged', 1],
] as const) {
  test(`a tag whose commit is ${place}, seen from the default branch, is ${code === 0 ? 'taken' : 'refused'}`, {
    skip,
  }, async () => {
    const step = jobs.rebuild.steps.find(({ name }) => name === 'the tag lies on the default branch');
    const ended = withFolder((folder) => runScript(step?.run ?? '', folder, 'v1.2.0', { place }));
    await (code === 0 ? ended : assert.rejects(ended, { code }));
  });
}

/** Runs the steps from the list of versions on; gives what the release was made as, and what happened to the major tag. */
async function publish(
  tag: string,
  tags: readonly string[],
  known: Pick<Known, 'isMade'> = {},
): Promise<{ latest: string | undefined; tag: string | null }> {
  return withFolder(async (folder) => {
    const commit = await commitIn(folder);
    const first = jobs.publish.steps.findIndex(({ name }) => name === 'list the versions');
    assert.ok(first > 0);
    for (const { run: script = '' } of jobs.publish.steps.slice(first)) {
      await runScript(script, folder, tag, { tags, ...known });
    }
    const calls = (await readFile(join(folder, 'log'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as string[]);
    const release = calls.find(([what, how]) => what === 'release' && how === 'create');
    if (!known.isMade) assert.deepEqual(release?.slice(2, 4), [tag, '--verify-tag']);
    const change = calls.find((call) => call.includes('--method'));
    if (change) assert.ok(change.includes(`sha=${commit}`), `expected the commit of the tag, found ${change}`);
    const told = change?.filter((word) => !/^(api|--method|-f|-F|sha=.*)$/.test(word)).join(' ');
    return {
      latest: release?.find((word) => word.startsWith('--latest='))?.slice('--latest='.length),
      tag: told ?? null,
    };
  });
}

/** What GitHub knows: its tags, whether the release is there, and where the commit is, seen from the default branch. */
interface Known {
  readonly tags?: readonly string[];
  readonly isMade?: boolean;
  readonly place?: string;
}

async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'seldon-bench-release-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runScript(script: string, folder: string, tag: string, known: Known): Promise<void> {
  await writeFile(join(folder, 'gh'), standIn(known, join(folder, 'log')));
  await chmod(join(folder, 'gh'), 0o755);
  const env = {
    PATH: `${folder}:${process.env.PATH}`,
    GITHUB_REPOSITORY: 'o/r',
    GITHUB_REF_NAME: tag,
    GITHUB_SHA: 'a'.repeat(40),
    BRANCH: 'main',
    RUNNER_TEMP: folder,
  };
  await run('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], { cwd: folder, env });
}

/** Makes a repository with one commit, and gives its name. */
async function commitIn(cwd: string): Promise<string> {
  const author = ['-c', 'user.name=test', '-c', 'user.email=test@example.invalid', '-c', 'commit.gpgsign=false'];
  await run('git', ['init', '--quiet'], { cwd });
  await run('git', [...author, 'commit', '--quiet', '--allow-empty', '--message', 'test'], { cwd });
  return (await run('git', ['rev-parse', 'HEAD'], { cwd })).stdout.trim();
}

/** Answers what is asked, references in GitHub's order, and writes down every call. */
function standIn({ tags = [], isMade = false, place = '' }: Known, log: string): string {
  return `#!${process.execPath}
const { appendFileSync } = require('node:fs');
const args = process.argv.slice(2);
appendFileSync(${JSON.stringify(log)}, JSON.stringify(args) + '\\n');
const refs = ${JSON.stringify([...tags].sort())}.map((tag) => 'refs/tags/' + tag);
const path = args.find((word) => word.startsWith('repos/'));
const asked = path && path.split('/git/')[1];
if (asked && asked.startsWith('matching-refs/')) {
  const start = 'refs/' + asked.slice('matching-refs/'.length);
  for (const ref of refs) if (ref.startsWith(start)) console.log(ref);
} else if (asked && asked.startsWith('ref/')) {
  process.exitCode = refs.includes('refs/' + asked.slice('ref/'.length)) ? 0 : 1;
} else if (args[1] === 'view') {
  process.exitCode = ${isMade ? 0 : 1};
} else if (path && path.includes('/compare/')) {
  console.log(${JSON.stringify(place)});
}
`;
}
