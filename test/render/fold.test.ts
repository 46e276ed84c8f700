import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMarker } from '../../src/comment-marker.ts';
import { NOT_POSTED, type Posting } from '../../src/render/posting.ts';
import { renderPages } from '../../src/render/render.ts';
import type { Report } from '../../src/report.ts';
import { missingGfm, parseGfm } from '../helpers/gfm.ts';
import { PROVENANCE, samplePosting } from '../helpers/sample-posting.ts';
import { type SampleOptions, sampleReport } from '../helpers/sample-report.ts';

const provenance = PROVENANCE;
const good = sampleReport({ provenance, id: 'good' });
const slower = sampleReport({ provenance, id: 'slower', arms: ['base', 'new'], gate: 'errors over 0%' });
const over = sampleReport({ provenance, id: 'over', arms: ['base', 'new'], gate: 'regression over 5%' });
const doubtful = sampleReport({ provenance, id: 'doubtful', noisyCanary: true });

const fold = (reports: readonly Report[], posting: Posting = NOT_POSTED): { comment: string; summary: string } => {
  const [first, ...others] = reports;
  assert.ok(first !== undefined);
  const { 'comment.md': comment, 'summary.md': summary } = renderPages([first, ...others], posting);
  return { comment, summary };
};
const sectionsOf = (page: string): string[] => [...page.matchAll(/^#### (.*)$/gm)].map(([, title = '']) => title);
const section = (page: string, id: string): string =>
  page.split(/^(?=#### )/m).find((part) => part.includes(`<code>${id}</code>\n`)) ?? '';

test('several reports are one comment: a marker, a headline over all with the sign of the worst, a section each', () => {
  const { comment, summary } = fold([good, slower, doubtful, over], samplePosting([]));
  const [first, second] = comment.split('\n');
  assert.deepEqual(readMarker(first ?? ''), {
    ...{ key: '0123456789abcdef', head: PROVENANCE.sha },
    ...{ run: '1234567890', attempt: '1' },
  });
  assert.match(
    second ?? '',
    /^### 🔴 Seldon payload benchmark, 4 reports: 1 over a limit, 1 slower, 1 with doubts, 1 measured; 1 of 2 limits exceeded, 1 kept; 4 comparisons slower, /,
  );
  for (const page of [comment, summary]) {
    assert.equal(page.match(/^### /gm)?.length, 1);
    assert.equal(page.match(/<!--/g)?.length ?? 0, page === comment ? 1 : 0);
    const names = ['over', 'slower', 'doubtful', 'good'].map((id) => `<code>${id}</code>`);
    assert.deepEqual(
      sectionsOf(page),
      names.map((name, i) => `${['🔴', '🔴', '🟡', '🟢'][i]} ${name}`),
    );
  }
  assert.match(summary, /<details><summary><b>Environment<\/b>/);
  assert.doesNotMatch(comment, /<b>Environment<\/b>/);
});

test('each section has its own verdict, alert, conclusions and medians in sight, and all else folded', () => {
  const { comment } = fold([good, over]);
  const [ofOver, ofGood] = ['over', 'good'].map((id) =>
    section(comment, id).replace(/<details>[\s\S]*<\/details>/, ''),
  );
  assert.match(ofOver ?? '', /^1 limit exceeded; <code>new<\/code> against <code>base<\/code>: 2 cells slower, .*\.$/m);
  assert.match(ofOver ?? '', /^> \[!CAUTION\]$/m);
  assert.match(ofOver ?? '', /^\*\*Conclusions\*\*$/m);
  assert.match(ofGood ?? '', /^24 cells measured; 2021 conclusions: /m);
  assert.match(ofGood ?? '', /^\| batch 1 · p50 ms \|/m);
  for (const text of [ofOver, ofGood]) assert.doesNotMatch(text ?? '', /```|Holm/);
});

test('one report looks as if there were no folding', () => {
  const { comment, summary } = fold([good]);
  for (const page of [comment, summary]) {
    assert.doesNotMatch(page, /More of|1 report/);
    assert.match(page, /^### 🟢 Seldon payload benchmark: 24 cells measured/m);
  }
});

test('links stand with their report; one that has not the form of an address is not written', () => {
  const posting = samplePosting(['good', 'over']);
  const { comment } = fold([good, over], posting);
  assert.match(
    section(comment, 'good'),
    /^<sub>\[HTML report\]\(\S+\/artifacts\/1\) · \[data\]\(\S+\/artifacts\/2\)<\/sub>$/m,
  );
  assert.match(section(comment, 'over'), /\[HTML report\]\(\S+\/artifacts\/3\)/);
  const alone = fold([good], posting).comment;
  assert.match(
    alone,
    /^<sub>\[run 1234567890, attempt 1\]\(\S+\) · \[HTML report\]\(\S+\/1\) · \[data\]\(\S+\/2\) · <code>seldon&#45;/m,
  );
  for (const url of ['javascript:alert(1)', 'https://evil.example/x', `${PROVENANCE.runUrl}/artifacts/1)](x`, '']) {
    const forged = fold([good, over], { ...posting, links: [{ report: 'good', what: 'html', url }] }).comment;
    assert.doesNotMatch(forged, /HTML report/, url);
  }
});

test('reports with the same id are told apart, and get links only where there is one for each', () => {
  const twice = [good, { ...over, id: 'good' }, doubtful];
  const { comment } = fold(twice, samplePosting(['good', 'good']));
  const titles = ['🔴 <code>good</code> (2 of 2)', '🟡 <code>doubtful</code>', '🟢 <code>good</code> (1 of 2)'];
  assert.deepEqual(sectionsOf(comment), titles);
  const [ofOver, , ofGood] = comment.split(/^(?=#### )/m).slice(1);
  assert.match(ofOver ?? '', /artifacts\/3\)/);
  assert.match(ofGood ?? '', /artifacts\/1\)/);
  assert.doesNotMatch(fold(twice, samplePosting(['good'])).comment, /artifacts/);
});

test('a moved pull request is told once, with the commits that were measured', () => {
  const headNow = 'abcdef0123abcdef0123abcdef0123abcdef0123';
  const note = /^\*\*Measured at `8f3c1d2`; the pull request is now at `abcdef0`\.\*\*$/gm;
  assert.equal(fold([good], samplePosting([], headNow)).comment.match(note)?.length, 1);
  assert.equal(fold([good, over], samplePosting([], headNow)).comment.match(note)?.length, 1);
  assert.doesNotMatch(fold([good], samplePosting([], PROVENANCE.sha ?? null)).comment, /is now at/);
  assert.doesNotMatch(fold([good], samplePosting([], '"><b>')).comment, /is now at/);
  const other = { ...over, provenance: { ...provenance, sha: '0123456789' } };
  assert.match(
    fold([good, other], samplePosting([], headNow)).comment,
    /Measured at `8f3c1d2` and `0123456`; the|Measured at `0123456` and/,
  );
  const unknown = { ...good, provenance: {} };
  assert.match(fold([unknown], samplePosting([], headNow)).comment, /which commit was measured is not known/);
});

test('both commits are named where the merge of a pull request was checked out', () => {
  const both = /`8f3c1d2` \(head of the pull request\), measured as merged into its base \(`77aa01b`\)/;
  assert.match(fold([good]).comment, both);
  const { mergeSha: _, ...own } = provenance;
  assert.doesNotMatch(fold([{ ...good, provenance: own }]).comment, /merged into its base/);
  assert.equal(
    fold([good, over])
      .comment.replace(/<details>[\s\S]*?<\/details>/g, '')
      .match(new RegExp(both, 'g'))?.length,
    1,
  );
});

test('the marker is that of the latest run and attempt', () => {
  const at = (runId: string, runAttempt: string): Report => ({
    ...good,
    provenance: { ...provenance, runId, runAttempt },
  });
  const { comment } = fold([at('999', '7'), at('1000', '2'), at('1000', '10'), at('1000', '9')]);
  assert.match(comment, /^<!-- \S+ key=0+ head=\w+ run=1000 attempt=10 -->\n/);
});

test('the reference server is said to be no Seldon: once where all reports are of it, else where one is', () => {
  const none = sampleReport({ id: 'none', target: 'reference' });
  const all = fold([none, { ...none, id: 'other' }]).comment.split('\n');
  assert.match(all[1] ?? '', /^\*\*This is not Seldon/);
  assert.match(all[3] ?? '', /^### 🟡 Payload benchmark of the reference server, 2 reports: 2 with doubts; /);
  const mixed = fold([none, good]).comment;
  assert.match(section(mixed, 'none'), /^\*\*This is not Seldon/m);
  assert.doesNotMatch(section(mixed, 'good'), /This is not Seldon/);
});

const LEGS: readonly SampleOptions[] = [
  {},
  { arms: ['base', 'new'], gate: 'regression' },
  { noisyCanary: true },
  { rounds: 4 },
];
const legs = (n: number): Report[] =>
  Array.from({ length: n }, (_, i) => ({ ...sampleReport({ provenance, ...LEGS[i % LEGS.length] }), id: `leg-${i}` }));

test('what does not fit goes from all reports in the same order, and is named', () => {
  const { comment } = fold(legs(4));
  assert.ok(comment.length <= 60_000);
  assert.match(comment, /^<sub>Left out for length, and in each report's files: the charts of the medians, /m);
  assert.doesNotMatch(comment, /<b>Absolute p50<\/b>/);
  assert.equal(sectionsOf(comment).length, 4);
});

test('fifty reports keep their headlines, and two hundred as many as fit: the worst, the rest counted', (t) => {
  const fifty = fold(legs(50));
  const count = (page: string): number =>
    page.match(/^(?:####|-) [🔴🟡⚪🟢] ?<code>leg&#45;\d+<\/code>/gmu)?.length ?? 0;
  for (const page of [fifty.comment, fifty.summary]) assert.equal(count(page), 50);
  const many = fold(legs(600), samplePosting([]));
  assert.ok(many.comment.length <= 60_000 && Buffer.byteLength(many.summary) <= 900 * 1024);
  const left = Number(/Only headlines fit; (\d+) more reports in the summary\./.exec(many.comment)?.[1]);
  assert.equal(count(many.comment) + left, 600);
  assert.ok(left > 0);
  assert.match(many.comment, /^- 🔴 <code>leg&#45;1<\/code>: /m);
  assert.equal(count(many.summary), 600);
  const missing = missingGfm();
  if (missing !== false) return t.skip(`skipped: ${missing}`);
  for (const page of [fifty.comment, many.comment]) {
    const html = parseGfm(page);
    assert.equal(html.match(/<details>/g)?.length, html.match(/<\/details>/g)?.length);
  }
});
