import { createHash } from 'node:crypto';
import { originOf } from './reply-accounts.ts';
import type { GitHub, GitHubOptions } from './server.ts';
import { ACTIONS_BOT, type Artifact, nextId, type Run, type State, shaOf, type Token, tick } from './state.ts';
import { writeZip } from './zip.ts';

type Seeds = Pick<GitHub, 'addPull' | 'addComment' | 'addRun' | 'addRunOfPull' | 'addArtifact' | 'addToken'>;

/** 1 March 2026. */
const START = 1_772_323_200;

export function createState({ private: hidden = false }: GitHubOptions): State {
  return {
    repository: {
      ...{ id: 1_296_269, name: 'models', private: hidden, defaultBranch: 'main' },
      owner: { login: 'octo', id: 5_000, type: 'Organization' },
    },
    ...{ pulls: new Map(), comments: new Map(), runs: new Map(), artifacts: new Map() },
    ...{ tokens: new Map(), now: START, lastId: 4_710 },
  };
}

export function createSeeds(state: State): Seeds {
  const seeds: Seeds = {
    addPull(given = {}) {
      const number = given.number ?? state.pulls.size + 7;
      const pull = {
        ...{ number, state: 'open' as const, merged: false, locked: false, draft: false, gone: false },
        title: 'Batch the inputs',
        user: { login: 'mona', id: 6_000, type: 'User' as const },
        head: { sha: shaOf(`head of ${number}`), ref: `change-${number}`, repo: originOf(state.repository) },
        base: { sha: shaOf('base'), ref: state.repository.defaultBranch },
        mergeCommitSha: shaOf(`merge of ${number}`),
        ...given,
      };
      state.pulls.set(number, pull);
      return pull;
    },

    addComment(given) {
      const now = given.createdAt ?? tick(state);
      const pull = given.pull ?? firstOf(state.pulls, 'pull request');
      const comment = { id: nextId(state), pull, user: ACTIONS_BOT, createdAt: now, updatedAt: now, ...given };
      state.comments.set(comment.id, comment);
      return comment;
    },

    addRun(given = {}) {
      const run: Run = {
        ...{ id: nextId(state), attempt: 1, number: state.runs.size + 1 },
        ...{ status: 'completed', conclusion: 'success', event: 'push' },
        ...{ path: '.github/workflows/bench.yml', workflowId: 900, workflowName: 'bench' },
        ...{ headSha: shaOf('base'), headBranch: state.repository.defaultBranch },
        ...{ headRepository: originOf(state.repository), pulls: [], createdAt: tick(state) },
        ...given,
      };
      state.runs.set(run.id, run);
      return run;
    },

    addRunOfPull(pull, given = {}) {
      const own = pull.head.repo?.id === state.repository.id;
      return seeds.addRun({
        ...{ event: 'pull_request', headSha: pull.head.sha, headBranch: pull.head.ref },
        headRepository: pull.head.repo ?? originOf(state.repository),
        pulls: own ? [pull.number] : [],
        ...given,
      });
    },

    addArtifact({ files = {}, ...given }) {
      const bytes = given.bytes ?? writeZip(files);
      const artifact: Artifact = {
        ...{ id: nextId(state), bytes, size: bytes.length, mimeType: 'application/zip', expired: false },
        ...{ createdAt: tick(state), digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}` },
        ...given,
      };
      state.artifacts.set(artifact.id, artifact);
      return artifact;
    },

    addToken(given) {
      const token: Token = {
        ...{ account: ACTIONS_BOT, installation: true, editsOthers: false },
        permissions: { contents: 'read', issues: 'write', pullRequests: 'write', actions: 'read' },
        ...given,
      };
      const text = `ghs_loopback${state.tokens.size + 1}`;
      state.tokens.set(text, token);
      return text;
    },
  };
  return seeds;
}

export function firstOf(things: ReadonlyMap<number, unknown>, what: string): number {
  for (const key of things.keys()) return key;
  throw new Error(`there is no ${what} yet`);
}
