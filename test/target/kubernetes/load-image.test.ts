import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameInNode } from '../../../src/target/kubernetes/load-image.ts';

test('an image is called in the node by its whole name', () => {
  const names = ['model', 'team/model:2', 'host.example/model', 'localhost/m:1', 'host:5000/m@sha256:ab'];
  assert.deepEqual(names.map(nameInNode), [
    'docker.io/library/model:latest',
    'docker.io/team/model:2',
    'host.example/model:latest',
    'localhost/m:1',
    'host:5000/m@sha256:ab',
  ]);
});
