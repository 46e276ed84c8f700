import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOutputTail } from '../../src/target/output-tail.ts';

test('only the last thirty lines are kept, whole or in pieces', () => {
  const tail = createOutputTail();
  for (let i = 0; i < 100; i++) for (const piece of ['li', `ne ${i}\n`]) tail.push(piece);
  tail.push('last');
  const expected = Array.from({ length: 29 }, (_, i) => `line ${71 + i}`);
  assert.deepEqual(tail.lines(), [...expected, 'last']);
});

test('control sequences are taken out, empty lines are dropped and long lines are cut', () => {
  const tail = createOutputTail();
  tail.push(`\u001b[31mred\u001b[0m\u0007\n\n${'x'.repeat(2000)}\n`);
  assert.deepEqual(tail.lines(), ['red', 'x'.repeat(500)]);
});

test('a line that never ends does not grow without end', () => {
  const tail = createOutputTail();
  for (let i = 0; i < 1000; i++) tail.push('y'.repeat(1000));
  assert.deepEqual(tail.lines(), ['y'.repeat(500)]);
});

test('each line is told once, when it is whole', () => {
  const told: string[] = [];
  const tail = createOutputTail((line) => told.push(line));
  tail.push('a');
  assert.deepEqual(told, []);
  tail.push('b\r\nc\n');
  assert.deepEqual(told, ['ab', 'c']);
});
