// The form, the request, and the text. A module is strict.

import { add, by, count, explain, percent, spoken, visible } from './explain.js';

const steps = []; // how each token of the text was chosen
let request = null; // what Stop aborts
let shown = -1; // the token that is explained

// Options.

const greedy = () => Number(by('temperature').value) === 0;

function showOptions() {
  const names = { temperature: v => v === 0 ? '0, greedy' : v.toFixed(2), 'top-k': v => v === 0 ? '0, no limit' : v,
    'top-p': v => v === 1 ? '1, keeps all' : v.toFixed(2) };
  for (const [id, name] of Object.entries(names)) {
    by(id + '-value').textContent = name(Number(by(id).value));
    by(id).setAttribute('aria-valuetext', by(id + '-value').textContent);
  }
  for (const id of ['top-k', 'top-p', 'preset', 'seed']) {
    by(id).disabled = greedy();
    by(id).parentElement.classList.toggle('off', greedy() && id !== 'preset');
  }
  by('greedy').hidden = !greedy();
}

function options() {
  const body = { model: by('model').value, prompt: by('prompt').value, max_tokens: Number(by('count').value),
    temperature: Number(by('temperature').value), stream: true, trace: 10 };
  if (!greedy()) {
    body.top_k = Number(by('top-k').value);
    body.top_p = Number(by('top-p').value);
    body.preset = document.querySelector('[name=preset]:checked').value;
    if (by('seed').value !== '') { body.seed = Number(by('seed').value); }
  }
  return body;
}

// The server.

async function ask(path, init = {}) {
  const headers = by('key').value ? { Authorization: 'Bearer ' + by('key').value } : {};
  let answer;
  try {
    answer = await fetch(path, { ...init, headers: { ...headers, ...init.headers } });
  } catch (problem) {
    throw problem.name === 'AbortError' ? problem : new Error('The server does not answer.');
  }
  if (answer.ok) { return answer; }
  const wait = answer.headers.get('Retry-After');
  if (answer.status === 429) { throw new Error('The server is busy' + (wait ? ', try again in ' + wait + ' s.' : '.')); }
  if (answer.status === 401) {
    by('key-field').hidden = false;
    by('key').focus();
  }
  const body = await answer.json().catch(() => null);
  throw new Error(body?.error?.message || 'The server answers ' + answer.status + '.');
}

async function loadModels() {
  const models = (await (await ask('v1/models')).json()).data;
  by('model').replaceChildren(...models.map(model => new Option(model.id)));
}

/** The objects of a stream of server-sent events; an answer that ends early is an error. */
async function* events(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) { throw new Error('The answer broke off.'); }
    const lines = (rest + value).split('\n');
    rest = lines.pop();
    for (const line of lines.filter(each => each.startsWith('data: '))) {
      if (line.trim() === 'data: [DONE]') { return; }
      const event = JSON.parse(line.slice(6));
      if (event.error) { throw new Error(event.error.message); }
      yield event;
    }
  }
}

async function generate() {
  if (request || !by('form').reportValidity()) { return; }
  request = new AbortController();
  by('error').hidden = true;
  by('status').textContent = 'Generating…';
  running(true);
  try {
    if (!by('model').value) { await loadModels(); }
    const body = options();
    const answer = await ask('v1/completions', { method: 'POST', body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json' }, signal: request.signal });
    startText(body.prompt);
    let reason = '';
    for await (const event of events(answer)) {
      const choice = event.choices[0];
      (choice.trace || []).forEach(addStep);
      reason = choice.finish_reason || reason;
    }
    const why = reason === 'stop' ? ' The model ended the text.' : steps.length < body.max_tokens ? ' The context is full.' : '';
    by('status').textContent = 'Done: ' + count(steps.length, 'token') + ('seed' in body ? ', seed ' + body.seed : '') + '.' + why;
  } catch (problem) {
    const stopped = problem.name === 'AbortError';
    by('status').textContent = stopped ? 'Stopped after ' + count(steps.length, 'token') + '.' : '';
    if (!stopped) { fail(problem); }
  }
  running(false);
  request = null;
}

function fail(problem) {
  by('error').textContent = 'Error: ' + problem.message;
  by('error').hidden = false;
}

function running(on) {
  const here = document.activeElement;
  by('result').classList.toggle('running', on);
  by('stop').disabled = !on;
  by('go').disabled = on;
  // A button that is disabled loses the focus.
  if (here === by('go') || here === by('stop')) { by(on ? 'stop' : 'go').focus(); }
}

// The text.

function startText(prompt) {
  steps.length = 0;
  shown = -1;
  by('shown-prompt').textContent = prompt;
  by('tokens').replaceChildren();
  by('result').hidden = false;
  by('why').hidden = true;
}

function addStep(step) {
  const piece = add(by('tokens'), 'span', 'piece');
  const p = step.candidates.find(candidate => candidate.id === step.chosen.id).p;
  piece.setAttribute('role', 'button');
  piece.setAttribute('aria-label', 'token ' + spoken(step.chosen.token) + ', ' + percent(p));
  piece.tabIndex = steps.length === 0 ? 0 : -1;
  if (/[^\p{C}\p{Z}]/u.test(step.text) && !/[\n\t]/.test(step.text)) {
    piece.textContent = step.text;
  } else {
    add(piece, 'span', 'mark', visible(step.text || step.chosen.token));
    piece.append('\n'.repeat(step.text.split('\n').length - 1));
  }
  steps.push(step);
}

function moveTo(index) {
  const pieces = by('tokens').children;
  const to = Math.min(Math.max(0, index), pieces.length - 1);
  for (const piece of pieces) { piece.tabIndex = -1; }
  pieces[to].tabIndex = 0;
  pieces[to].focus();
  if (shown >= 0) { show(to); }
}

function indexOf(event) {
  return [...by('tokens').children].indexOf(event.target.closest('.piece'));
}

function onTokenKey(event) {
  const here = indexOf(event);
  if (here < 0 || event.altKey || event.ctrlKey || event.metaKey) { return; }
  const to = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: steps.length - 1 }[event.key];
  if (to !== undefined) {
    moveTo(to);
  } else if (event.key === 'Enter' || event.key === ' ') {
    open(here);
  } else {
    return;
  }
  event.preventDefault();
}

function show(index) {
  by('tokens').children[shown]?.removeAttribute('aria-current');
  by('tokens').children[index].setAttribute('aria-current', 'true');
  shown = index;
  explain(steps[index], 'Token ' + (index + 1) + ' of ' + steps.length + ': ');
}

function open(index) {
  show(index);
  moveTo(index);
  by('why-title').scrollIntoView({ block: 'nearest' });
  by('status').textContent = 'Explained below: ' + by('tokens').children[index].getAttribute('aria-label') + '.';
}

by('form').addEventListener('input', showOptions);
by('form').addEventListener('submit', event => { event.preventDefault(); generate(); });
by('prompt').addEventListener('keydown', event => { if ((event.ctrlKey || event.metaKey) && event.key === 'Enter') { generate(); } });
by('stop').addEventListener('click', () => request.abort());
by('tokens').addEventListener('click', event => { if (indexOf(event) >= 0) { open(indexOf(event)); } });
by('tokens').addEventListener('keydown', onTokenKey);
showOptions();
loadModels().catch(fail);
