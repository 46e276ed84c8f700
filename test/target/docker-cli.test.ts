import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainRefusal } from '../../src/target/docker-cli.ts';

test('what the commands of a build say is told beside what Docker says of them', () => {
  const outcome = { code: 1, stdout: 'Step 1/2\nno distribution fits\n', stderr: 'returned a non-zero code: 1\n' };
  const { message, detail } = explainRefusal('build the image', ['build', '.'], outcome);
  assert.match(message, /^expected Docker to build the image; docker build ended with code 1\./);
  assert.deepEqual(detail, ['Step 1/2', 'no distribution fits', 'returned a non-zero code: 1']);
});
