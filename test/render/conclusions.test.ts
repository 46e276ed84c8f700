import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { describeClaim, VERDICT_WORDS } from '../../src/render/conclusions.ts';
import { createLookup } from '../../src/render/lookup.ts';
import { toText } from '../../src/render/plain-text.ts';
import { type Claim, type Comparison, claim as claimSchema, type Report, verdict } from '../../src/report.ts';
import { renderAll } from '../helpers/render-all.ts';
import { sampleReport } from '../helpers/sample-report.ts';

const sample = sampleReport();
const ids = sample.comparisons.map(({ id }) => id);
const effects = fc
  .tuple(fc.double({ min: -0.95, max: 20, noNaN: true }), fc.double({ min: 0, max: 0.5, noNaN: true }))
  .map(([effect, half]) => ({ effect, low: (1 + effect) * (1 - half) - 1, high: (1 + effect) * (1 + half) - 1 }));

const claims = fc.record<Claim>({
  id: fc.constantFrom(...claimSchema.shape.id.options),
  verdict: fc.constantFrom(...claimSchema.shape.verdict.options),
  pooled: fc.option(effects, { nil: null }),
  evidence: fc.uniqueArray(fc.constantFrom(...ids), { maxLength: 8 }).chain((chosen) =>
    fc.tuple(
      ...chosen.map((comparison) =>
        fc.record<Claim['evidence'][number]>({
          comparison: fc.constant(comparison),
          says: fc.constantFrom('supports', 'contradicts', 'unclear', 'unclear', 'excluded'),
          decides: fc.boolean(),
        }),
      ),
    ),
  ),
});
const reasons = fc.constantFrom(undefined, ...claimSchema.shape.reason.unwrap().options);
const anyClaim = fc
  .tuple(claims, reasons)
  .map(([claim, reason]): Claim => (reason === undefined ? claim : { ...claim, reason }));
const waitingClaim = claims.map((claim): Claim => ({ ...claim, verdict: 'inconclusive', reason: 'too-few-rounds' }));
const anyReport = fc
  .array(fc.tuple(fc.constantFrom(...verdict.options), fc.nat({ max: 3000 })), {
    minLength: sample.comparisons.length,
    maxLength: sample.comparisons.length,
  })
  .map(
    (verdicts): Report => ({
      ...sample,
      comparisons: sample.comparisons.map(({ roundsNeeded: _, ...comparison }, i): Comparison => {
        const [word = 'faster', rounds = 1] = verdicts[i] ?? [];
        return { ...comparison, verdict: word, ...(word === 'inconclusive' ? { roundsNeeded: rounds } : {}) };
      }),
    }),
  );

test('a claim is told with its own verdict and with the numbers of its own pairs', () => {
  fc.assert(
    fc.property(anyReport, anyClaim, (report, claim) => {
      const sentence = toText(describeClaim(createLookup(report), claim));
      const isBorne = claim.evidence.length > 0 || claim.reason === 'one-batch';
      assert.ok(sentence.startsWith(`${isBorne ? VERDICT_WORDS[claim.verdict] : 'Not measured'}: `), sentence);
      if (claim.evidence.length === 0) return assert.doesNotMatch(sentence, /pair|settle/);
      const others = Object.values(VERDICT_WORDS).filter((word) => word !== VERDICT_WORDS[claim.verdict]);
      for (const word of others) assert.ok(!sentence.includes(word), sentence);
      const evidence = claim.evidence.filter(({ decides }) => decides);
      const supporting = evidence.filter(({ says }) => says === 'supports').length;
      const told = /upported by (\d+) of (\d+) pair/.exec(sentence);
      if (evidence.length === 0) assert.match(sentence, /one of its pairs was measured/);
      else assert.deepEqual(told?.slice(1).map(Number), [supporting, evidence.length], sentence);
    }),
    { seed: 11, numRuns: 300 },
  );
});

test('only an inconclusive claim says what would settle it: the most that an undecided pair needs', () => {
  fc.assert(
    fc.property(anyReport, fc.oneof(anyClaim, waitingClaim), (report, claim) => {
      const sentence = toText(describeClaim(createLookup(report), claim));
      const deciding = claim.evidence.filter(({ decides }) => decides);
      const needed = deciding
        .filter(({ says }) => says === 'unclear')
        .map(({ comparison }) => report.comparisons.find(({ id }) => id === comparison)?.roundsNeeded ?? 1e6);
      const asks = claim.evidence.length > 0 && claim.verdict === 'inconclusive' && claim.reason === 'too-few-rounds';
      const isLeftOut = deciding.some(({ says }) => says === 'excluded');
      const isKnown = asks && needed.length > 0 && !isLeftOut;
      const most = Math.max(...needed);
      const told = /About (\d+) rounds? would settle it/.exec(sentence)?.[1];
      assert.equal(told, isKnown && most <= 1000 ? String(most) : undefined, sentence);
      assert.equal(sentence.includes('more than 1000 rounds would be needed'), isKnown && most > 1000, sentence);
      assert.equal(sentence.includes('More rounds are needed'), asks && !isKnown && !isLeftOut, sentence);
      assert.equal(sentence.includes('More rounds alone would not settle it'), asks && isLeftOut, sentence);
    }),
    { seed: 12, numRuns: 300 },
  );
});

test('the headline counts the claims as they are listed', () => {
  fc.assert(
    fc.property(fc.array(anyClaim, { minLength: 1, maxLength: 5 }), (list) => {
      const lines = renderAll({ ...sample, claims: list })['comment.md'].split('\n');
      const headline = lines.find((line) => line.startsWith('### ')) ?? '';
      const of = (word: string): number =>
        lines.filter((line) => /^\d\. /.test(line) && line.includes(`**${word}**:`)).length;
      const told = (pattern: RegExp): number => Number(pattern.exec(headline)?.[1] ?? 0);
      assert.equal(told(/(\d) holds?\b/), of('Holds'), headline);
      assert.equal(told(/(\d) do(?:es)? not/), of('Does not hold'), headline);
      assert.equal(told(/(\d) open/), of('Inconclusive') + of('Not resolvable'), headline);
      assert.equal(told(/(\d) not measured/), of('Not measured'), headline);
    }),
    { seed: 13, numRuns: 50 },
  );
});

test('where a run has one batch size, that is why three claims are open, and not a cell that is missing', () => {
  const comment = renderAll(sampleReport({ batches: [1] }))['comment.md'];
  assert.equal(comment.match(/\*\*Inconclusive\*\*: [^.]*\. The run has one batch size; /g)?.length, 3, comment);
  assert.match(comment, /^### .*: 1 does not hold, 4 open$/m);
  assert.doesNotMatch(comment, /[Nn]ot measured/);
});

test('the raw claim carries its caveat, and raw stands beside the claim on ndarray', () => {
  const comment = renderAll(sample)['comment.md'];
  assert.match(comment, /^5\. .*raw model decodes nothing/m);
  assert.match(comment, /^2\. \*\*Holds\*\*: .*supported by 1 of 1 pair; raw: −\d+\.\d%.*, not slower\.$/m);
});
