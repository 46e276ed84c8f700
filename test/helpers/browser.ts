import { access, constants, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  ...['--disable-sync', '--disable-dev-shm-usage', '--hide-scrollbars'],
];

/** A running browser. Pages that are still open go with it. */
export interface OpenedBrowser extends AsyncDisposable {
  /** A new page in a context of its own. */
  newPage(options?: BrowserContextOptions): Promise<Page>;
}

/**
 * False where the browser is there, else why a test that needs one is skipped. SELDON_BENCH_TEST_BROWSER=1 makes its
 * absence an error.
 */
export async function missingBrowser(): Promise<string | false> {
  const there = await access(CHROMIUM, constants.X_OK).then(
    () => true,
    () => false,
  );
  if (there) return false;
  const reason = `there is no ${CHROMIUM}`;
  if (process.env.SELDON_BENCH_TEST_BROWSER === '1') throw new Error(`expected a browser: ${reason}`);
  return reason;
}

/** Headless Chromium with an empty profile in a temporary folder, which goes with it. */
export async function openBrowser(): Promise<OpenedBrowser> {
  const profile = await mkdtemp(join(tmpdir(), 'browser-'));
  const contexts: BrowserContext[] = [];
  const persistent = await chromium
    .launchPersistentContext(profile, { executablePath: CHROMIUM, headless: true, args: FLAGS })
    .catch(async (error: unknown) => {
      await rm(profile, { recursive: true, force: true });
      throw error;
    });
  const browser = persistent.browser();
  if (browser === null) throw new Error('a browser that was started has a handle');
  return {
    async newPage(options) {
      const context = await browser.newContext(options);
      contexts.push(context);
      return context.newPage();
    },
    async [Symbol.asyncDispose]() {
      for (const context of contexts) await context.close();
      await persistent.close();
      // The browser's own processes may still write as they end.
      await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    },
  };
}
