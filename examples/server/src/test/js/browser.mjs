import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

export const URL_OF_SERVER = process.env.GPT2_URL;
assert.ok(URL_OF_SERVER, 'GPT2_URL is not set, expected the address of a running server');

function executable() {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const found = process.env.CHROMIUM
    || process.env.PATH.split(delimiter).flatMap(folder => names.map(name => join(folder, name))).find(existsSync);
  assert.ok(found, 'found none of ' + names + ' on PATH; set CHROMIUM to the path of a Chromium');
  return found;
}

export const launch = () => chromium.launch({ executablePath: executable(), args: ['--no-sandbox'] });

/** The page, opened; what it logs as an error, throws, or asks of another server is in problems. */
export async function open(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1000, height: 900 }, ...options });
  const page = await context.newPage();
  const problems = [];
  page.on('console', message => message.type() === 'error' && problems.push('console: ' + message.text()));
  page.on('pageerror', error => problems.push('thrown: ' + error));
  page.on('dialog', dialog => { problems.push('dialog: ' + dialog.message()); dialog.dismiss(); });
  page.on('request', request => {
    if (new URL(request.url()).origin !== new URL(URL_OF_SERVER).origin) { problems.push('request: ' + request.url()); }
  });
  await page.goto(URL_OF_SERVER);
  await page.locator('#model option').first().waitFor({ state: 'attached' });
  return { page, problems, close: () => context.close() };
}

/** Moves a slider as a user's browser does. */
export const slide = (page, id, value) => page.locator('#' + id).fill(String(value));

/** Presses Generate, waits for the end, and returns what the page has asked for. */
export async function generate(page) {
  const [request] = await Promise.all([
    page.waitForRequest(url => url.url().endsWith('/v1/completions')),
    page.getByRole('button', { name: 'Generate' }).click(),
  ]);
  await ended(page);
  return request.postDataJSON();
}

export const ended = page => page.locator('#go:enabled').waitFor({ timeout: 60_000 });

export const pieces = page => page.locator('#tokens [role=button]');

/** What the API answers to the same request: its steps. */
export async function steps(body) {
  const answer = await fetch(new URL('/v1/completions', URL_OF_SERVER), {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
  });
  assert.equal(answer.status, 200);
  const data = (await answer.text()).split('\n').filter(line => line.startsWith('data: ')).map(line => line.slice(6));
  assert.equal(data.pop(), '[DONE]');
  return data.flatMap(event => JSON.parse(event).choices[0].trace ?? []);
}

/** An answer of the server with these steps, for what the shipped model does not do. */
export function stream(...steps) {
  const events = steps.map(step => JSON.stringify(step.error ? step : { choices: [{ text: step.text, finish_reason: null, trace: [step] }] }));
  return { contentType: 'text/event-stream', body: [...events, '[DONE]'].map(event => `data: ${event}\n\n`).join('') };
}

export const step = (token, text = token) => ({
  chosen: { id: 7, token }, text, draw: 0.5, vocabulary: 2, entropy: 0, kept: 1, kept_mass: 1, rules: [],
  candidates: [{ id: 7, token, rank: 1, p: 1, after: [], from: 0, to: 1 }],
});

export async function screenshot(page, name) {
  if (process.env.SCREENSHOTS) { await page.screenshot({ path: join(process.env.SCREENSHOTS, name + '.png'), fullPage: true }); }
}
