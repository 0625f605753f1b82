import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import axe from 'axe-core';
import { ended, generate, launch, open, pieces, screenshot, slide, step, steps, stream } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

/** A test with a page, which must log no error and ask nothing of another server. */
function pageTest(name, body, options = {}) {
  test(name, { timeout: 120_000 }, async () => {
    const { page, problems, close } = await open(browser, options);
    try {
      await body(page, problems);
      assert.deepEqual(problems, []);
    } finally {
      await close();
    }
  });
}

const textOf = async page => (await pieces(page).evaluateAll(all => all.map(each => each.getAttribute('aria-label')))).join();
const number = percent => percent.startsWith('<') ? 0 : parseFloat(percent) / 100;

pageTest('the text comes token by token', async page => {
  await page.evaluate(() => {
    window.seen = new Set(); // how many tokens there were, picture by picture
    const look = () => {
      window.seen.add(document.getElementById('tokens').childElementCount);
      requestAnimationFrame(look);
    };
    look();
  });
  await page.locator('#count').fill('200');
  await generate(page);
  assert.equal(await pieces(page).count(), 200);
  const seen = await page.evaluate(() => [...window.seen]);
  assert.ok(seen.filter(count => count > 0 && count < 200).length >= 3, 'a person saw ' + seen + ' tokens');
  assert.equal(await page.locator('#status').textContent(), 'Done: 200 tokens.');
  assert.equal(await page.locator('#shown-prompt').textContent(), 'ROMEO:');
});

pageTest('a seed gives the same text twice, another one another', async page => {
  await page.locator('#seed').fill('3');
  await generate(page);
  const first = await textOf(page);
  assert.match(await page.locator('#status').textContent(), /seed 3/);
  await generate(page);
  assert.equal(await textOf(page), first);
  await page.locator('#seed').fill('4');
  await generate(page);
  assert.notEqual(await textOf(page), first);
});

pageTest('a token shows its candidates with the numbers of the API', async page => {
  await page.locator('#seed').fill('3');
  const body = await generate(page);
  assert.deepEqual(body, { model: 'shakespeare', prompt: 'ROMEO:', max_tokens: 40, temperature: 0.8, top_k: 50, top_p: 0.9,
    preset: 'hugging-face', seed: 3, stream: true, trace: 10 });
  const all = await steps(body);
  assert.equal(all.length, 40);
  for (const index of [0, 1, 7]) {
    await pieces(page).nth(index).click();
    const rows = await page.locator('#rows tr:not(.gap)').evaluateAll(found => found.map(row => ({
      rank: Number(row.cells[0].textContent), token: row.cells[1].querySelector('[aria-hidden]').textContent,
      cells: [...row.cells].slice(2, -1).map(cell => cell.textContent), end: row.cells[row.cells.length - 1].textContent })));
    const { candidates, chosen } = all[index];
    assert.deepEqual(rows.map(row => row.rank), candidates.map(each => each.rank));
    candidates.forEach((each, i) => {
      assert.equal(rows[i].token, each.token.replaceAll(' ', '␣').replaceAll('\n', '↵'));
      [each.p, ...each.after].forEach((p, column) => p === null
        ? assert.match(rows[i].cells[column], /^(✕ cut)?$/)
        : assert.ok(Math.abs(number(rows[i].cells[column]) - p) <= 0.00051, `${rows[i].cells[column]} for ${p}`));
      assert.equal(rows[i].end.includes('chosen'), each.id === chosen.id);
      if (each.removed_by) { assert.equal(rows[i].end, 'cut by ' + each.removed_by); }
      else { assert.ok(rows[i].end.startsWith(`${each.from.toFixed(4)} – ${each.to.toFixed(4)}`), rows[i].end); }
    });
    assert.ok((await page.locator('#draw').textContent()).includes(all[index].draw.toFixed(4)));
    assert.deepEqual(await pieces(page).evaluateAll(found => found.flatMap((piece, i) => piece.ariaCurrent ? i : [])), [index]);
  }
  await screenshot(page, 'explained-light');
});

pageTest('the conventions of top-p differ by the token that crosses P', async page => {
  await page.locator('#prompt').fill('ROMEO:\n');
  await page.locator('#count').fill('1');
  await slide(page, 'temperature', 1);
  await slide(page, 'top-k', 0);
  await slide(page, 'top-p', 0.6);
  const rules = [];
  for (const name of ['Hugging Face', 'OpenAI']) {
    await page.getByRole('radio', { name }).check();
    const body = await generate(page);
    const rule = (await steps(body))[0].rules.at(-1);
    rules.push(rule);
    await pieces(page).first().click();
    assert.match(await page.locator('#head').textContent(), new RegExp(`top_p 0.6keeps ${rule.kept}(?!\\d)`));
  }
  const [huggingFace, openai] = rules;
  assert.equal(huggingFace.kept, openai.kept + 1);
  assert.equal(huggingFace.last_kept.id, openai.first_removed.id);
  assert.ok(openai.kept_mass <= 0.6 && huggingFace.kept_mass >= 0.6, `${openai.kept_mass}, ${huggingFace.kept_mass}`);
});

pageTest('temperature 0 takes the likeliest token and says so', async page => {
  await page.locator('#seed').fill('3');
  await slide(page, 'temperature', 0);
  await page.getByText('Temperature 0 is greedy').waitFor();
  for (const id of ['top-k', 'top-p', 'preset', 'seed']) { assert.equal(await page.locator(`#${id}:disabled`).count(), 1, id); }
  const body = await generate(page);
  assert.deepEqual(Object.keys(body), ['model', 'prompt', 'max_tokens', 'temperature', 'stream', 'trace']);
  await pieces(page).nth(2).click();
  assert.equal(await page.locator('#rows tr.chosen .rank').textContent(), '1');
  assert.match(await page.locator('#draw').textContent(), /^Nothing is drawn/);
  assert.ok(await page.locator('#line').isHidden());
});

pageTest('all works by keyboard', async page => {
  const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.getAttribute('aria-label'));
  const tabTo = async id => {
    for (let i = 0; i < 20 && await focused() !== id; i++) { await page.keyboard.press('Tab'); }
    assert.equal(await focused(), id);
  };
  await tabTo('prompt');
  await tabTo('temperature');
  await page.keyboard.press('ArrowRight');
  assert.equal(await page.locator('#temperature-value').textContent(), '0.85');
  await tabTo('count');
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type('20');
  await tabTo('go');
  await page.keyboard.press('Enter');
  await ended(page);
  assert.equal(await focused(), 'go', 'the focus comes back when the buttons change');
  const names = await pieces(page).evaluateAll(all => all.map(each => each.getAttribute('aria-label')));
  assert.equal(names.length, 20);
  await page.keyboard.press('Tab');
  assert.equal(await focused(), names[0], 'the tokens are one stop');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowLeft');
  assert.equal(await focused(), names[1]);
  assert.ok(await page.locator('#why').isHidden());
  await page.keyboard.press('Enter');
  assert.match(await page.locator('#why-title').textContent(), /^Token 2 of 20/);
  await page.keyboard.press('End');
  assert.equal(await focused(), names[19]);
  await page.keyboard.press(' ');
  assert.match(await page.locator('#why-title').textContent(), /^Token 20 of 20/);
  await page.keyboard.press('Shift+Tab');
  assert.equal(await focused(), 'go');
  await page.locator('#prompt').focus();
  await page.keyboard.press('Control+Enter');
  await page.locator('#go:disabled').waitFor();
  await ended(page);
  assert.equal(await focused(), 'prompt');
});

pageTest('Stop ends the text early', async page => {
  await page.locator('#count').fill('200');
  await page.evaluate(() => new MutationObserver((_, observer) => {
    if (document.getElementById('tokens').childElementCount >= 5) {
      observer.disconnect();
      document.getElementById('stop').click();
    }
  }).observe(document.getElementById('tokens'), { childList: true }));
  await generate(page);
  const count = await pieces(page).count();
  assert.ok(count >= 5 && count < 200, count + ' tokens');
  assert.equal(await page.locator('#status').textContent(), `Stopped after ${count} tokens.`);
  await page.locator('#count').fill('2');
  await generate(page);
  assert.equal(await pieces(page).count(), 2);
});

pageTest('the server’s message about an option is shown', async (page, problems) => {
  await page.locator('#count').fill('1000000');
  const body = await generate(page);
  const answer = await fetch(new URL('/v1/completions', page.url()), { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } });
  const { message } = (await answer.json()).error;
  assert.match(message, /1000000/);
  assert.equal(await page.getByRole('alert').textContent(), 'Error: ' + message);
  assert.match(problems.splice(0).join(), /^console: Failed to load resource[^,]*400[^,]*$/);
  await page.locator('#count').fill('2');
  await generate(page);
  assert.ok(await page.getByRole('alert').isHidden());
});

pageTest('busy, locked, broken off: each has a message', async (page, problems) => {
  const answers = [
    [{ status: 429, headers: { 'Retry-After': '7' }, json: { error: { message: 'full' } } }, 'Error: The server is busy, try again in 7 s.'],
    [{ status: 401, json: { error: { message: 'a key is needed' } } }, 'Error: a key is needed'],
    [{ status: 502, body: 'Bad Gateway' }, 'Error: The server answers 502.'],
    [stream(step(' a'), { error: { message: 'no memory' } }), 'Error: no memory'],
    [{ contentType: 'text/event-stream', body: '' }, 'Error: The answer broke off.'],
  ];
  assert.ok(await page.getByLabel('API key').isHidden());
  for (const [answer, message] of answers) {
    await page.route('**/v1/completions', route => route.fulfill(answer), { times: 1 });
    await generate(page);
    assert.equal(await page.getByRole('alert').textContent(), message);
  }
  assert.equal(problems.splice(0).filter(each => each.includes('Failed to load resource')).length, 3);
  await page.getByLabel('API key').fill('secret');
  const [request] = await Promise.all([page.waitForRequest('**/v1/completions'), generate(page)]);
  assert.equal(request.headers().authorization, 'Bearer secret');
  assert.equal(await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]) + document.cookie), '[{},{}]');
  problems.length = 0; // a server that wants another key says 401
});

pageTest('HTML in a prompt or a token is text', async page => {
  const html = '<img src=x onerror="alert(1)"><script>alert(2)</script>';
  await page.locator('#prompt').fill(html);
  await generate(page);
  assert.equal(await page.locator('#shown-prompt').textContent(), html);
  await page.route('**/v1/completions', route => route.fulfill(stream(step(html))));
  await generate(page);
  await pieces(page).first().click();
  assert.equal(await pieces(page).first().textContent(), html);
  assert.equal(await page.locator('img, main script').count(), 0);
});

pageTest('tokens without ink can be seen and chosen', async page => {
  await page.route('**/v1/completions', route => route.fulfill(stream(step('\n\n'), step(' '), step('\ufffd', ''), step('\ufffd', 'é'), step('\u200b'))));
  await generate(page);
  const found = await pieces(page).evaluateAll(all => all.map(each => [each.textContent, each.getAttribute('aria-label')]));
  assert.deepEqual(found.map(([text]) => text), ['↵↵\n\n', '␣', '�', 'é', '·']);
  assert.equal(found[1][1], "token 'space', 100 %");
  for (let i = 0; i < 5; i++) {
    const ink = await pieces(page).nth(i).evaluate(piece => piece.getClientRects()[0].toJSON());
    assert.ok(ink.width > 4, found[i] + ' is ' + ink.width + ' wide');
    await page.mouse.click(ink.x + ink.width / 2, ink.y + ink.height / 2);
    assert.match(await page.locator('#why-title').textContent(), new RegExp(`^Token ${i + 1} of 5`));
  }
});

for (const colorScheme of ['light', 'dark']) {
  pageTest('axe finds nothing: ' + colorScheme, async page => {
    await page.evaluate(axe.source);
    const check = async state => {
      const { violations } = await page.evaluate(() => window.axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
      assert.deepEqual(violations.map(each => [each.id, each.nodes.map(node => node.html)]), [], state);
    };
    await check('at the start');
    await screenshot(page, 'start-' + colorScheme);
    await page.locator('#prompt').fill('ROMEO:\n');
    await page.locator('#seed').fill('3');
    await generate(page);
    await pieces(page).nth(4).click();
    await check('explained');
    await screenshot(page, 'token-' + colorScheme);
    await slide(page, 'temperature', 0);
    await generate(page);
    await pieces(page).nth(1).click();
    await check('greedy');
    await screenshot(page, 'greedy-' + colorScheme);
  }, { colorScheme, reducedMotion: 'reduce' });
}

pageTest('360 pixels are wide enough', async page => {
  const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(await overflow(), 0);
  await page.locator('#seed').fill('3');
  await page.locator('#prompt').fill('A'.repeat(150));
  await generate(page);
  await pieces(page).nth(4).click();
  assert.equal(await overflow(), 0);
  await screenshot(page, 'narrow');
}, { viewport: { width: 360, height: 740 } });
