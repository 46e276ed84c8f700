import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { createGroupList, createUsageMeter } from '../../src/target/usage.ts';

const skip = process.platform === 'linux' ? false : 'skipped: only Linux has /proc';

/** Starts a script that computes for `n` milliseconds of its own CPU time when told `spin n`, and then says `done`. */
async function startWorker(t: TestContext, more: { detached?: boolean } = {}): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', WORKER], {
    stdio: ['pipe', 'pipe', 'inherit'],
    ...more,
  });
  t.after(() => {
    if (child.exitCode === null) child.kill('SIGKILL');
  });
  await once(child.stdout as NodeJS.ReadableStream, 'data');
  return child;
}

const WORKER = `
import { spawn } from 'node:child_process';
import { Worker } from 'node:worker_threads';
const SPIN = "const { cpuUsage } = process; const start = cpuUsage(); const used = () => { const { user, system } = cpuUsage(start); return (user + system) / 1000; };";
process.stdin.setEncoding('utf8').on('data', (text) => {
  const [what, ms] = text.trim().split(' ');
  const script = SPIN + 'while (used() < ' + ms + ');';
  const say = () => process.stdout.write('done\\n');
  if (what === 'spin') { new Function(script)(); say(); }
  else if (what === 'thread') new Worker(script, { eval: true }).once('exit', say);
  else if (what === 'child') {
    const child = spawn(process.execPath, ['--eval', script + 'process.stdout.write("x"); setInterval(() => {}, 1000);'], { stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.once('data', () => process.stdout.write(child.pid + '\\n'));
  }
});
process.stdout.write('ready\\n');`;

async function tell(child: ChildProcess, command: string): Promise<string> {
  child.stdin?.write(`${command}\n`);
  const [said] = await once(child.stdout as NodeJS.ReadableStream, 'data');
  return String(said).trim();
}

test('CPU time is that which the process spent, to less than a tick, and memory is there', { skip }, async (t) => {
  const child = await startWorker(t);
  const read = createUsageMeter(() => [child.pid as number]);
  const before = read();
  await tell(child, 'spin 200');
  const after = read();
  assert.ok(before && after);
  // The process stops once it has spent as much; what it spends besides is no more than a small part of that.
  const spent = after.cpuMs - before.cpuMs;
  assert.ok(spent >= 195 && spent < 400, `${spent}`);
  assert.ok((after.rssBytes ?? 0) > 10 * 1024 * 1024);
  const idle = read();
  assert.ok(idle && idle.cpuMs >= after.cpuMs);
});

test('what a thread spent stays in the sum when it is gone', { skip }, async (t) => {
  const child = await startWorker(t);
  const read = createUsageMeter(() => [child.pid as number]);
  const before = read();
  await tell(child, 'thread 200');
  const after = read();
  assert.ok(before && after);
  assert.ok(after.cpuMs - before.cpuMs >= 180, `${after.cpuMs - before.cpuMs}`);
});

test('the members of a group are found as they come, without its leader, and never fall out of the sum', {
  skip,
}, async (t) => {
  const leader = await startWorker(t, { detached: true });
  const group = leader.pid as number;
  t.after(() => {
    try {
      process.kill(-group, 'SIGKILL');
    } catch {
      // All of it has ended already.
    }
  });
  const list = createGroupList(group);
  const read = createUsageMeter(list);
  assert.deepEqual(list(), []);
  assert.equal(read(), null);

  const first = Number(await tell(leader, 'child 100'));
  assert.deepEqual(list(), [first]);
  const one = read();
  assert.ok(one && one.cpuMs >= 95);
  const second = Number(await tell(leader, 'child 100'));
  assert.deepEqual(
    list(),
    [first, second].sort((a, b) => a - b),
  );
  const two = read();
  assert.ok(two && two.cpuMs >= one.cpuMs + 95);
  assert.ok((two.rssBytes ?? 0) > (one.rssBytes ?? 0));

  process.kill(first, 'SIGKILL');
  let three = read();
  // A killed process goes when the system comes to it; its memory is gone before.
  while (three !== null && (three.rssBytes ?? 0) >= (two.rssBytes ?? 0) * 0.75) three = read();
  assert.ok(three && three.cpuMs >= two.cpuMs);
});

test('of processes that are all gone nothing is known', { skip }, async (t) => {
  const child = await startWorker(t);
  const read = createUsageMeter(() => [child.pid as number]);
  assert.notEqual(read(), null);
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.equal(read(), null);
});
