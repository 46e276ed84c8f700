import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderFailure } from '../../src/render/failure.ts';
import { PROVENANCE, samplePosting } from '../helpers/sample-posting.ts';

const FAILURE = { reason: 'no model', detail: ['last line'], provenance: PROVENANCE };
const URL = `${PROVENANCE.runUrl}/artifacts/7`;

test('the diagnosis is led to, and nothing else of a run without a report', () => {
  const posting = samplePosting(['default']);
  const diagnosis = { report: 'default', what: 'diagnosis', url: URL } as const;
  const text = renderFailure(FAILURE, { ...posting, links: [...posting.links, diagnosis] });
  assert.equal(text.match(/\]\(/g)?.length, 1);
  assert.ok(text.includes(`is in the [diagnosis](${URL}).`), text);
});

test('without one, or with what is no address, nothing is said of it', () => {
  for (const url of [null, 'javascript:alert(1)', `${URL}) [x](https://evil.example`]) {
    const links = url === null ? [] : [{ report: 'default', what: 'diagnosis', url } as const];
    assert.doesNotMatch(renderFailure(FAILURE, { ...samplePosting([]), links }), /diagnosis|evil|\]\(/);
  }
});
