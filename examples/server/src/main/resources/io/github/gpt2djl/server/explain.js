// How a token was chosen: the candidates, the rules, the draw.

export const by = id => document.getElementById(id);
export const count = (n, word) => n + ' ' + word + (n === 1 ? '' : 's');

export function add(parent, tag, type, text) {
  const element = document.createElement(tag);
  if (type) { element.className = type; }
  if (text !== undefined) { element.textContent = text; } // never as HTML
  parent.append(element);
  return element;
}

const MARKS = { ' ': '␣', '\n': '↵', '\t': '⇥' };
const NAMES = { ' ': 'space', '\n': 'line break', '\t': 'tab', '\ufffd': 'part of a character' };

/** Each space and control character as a sign. */
export const visible = token => token.replace(/[\p{C}\p{Z}]/gu, c => MARKS[c] || '·') || '∅';

export const spoken = token => "'" + (NAMES[token] || token.replace(/[\n\t\ufffd]/g, c => ' ' + NAMES[c] + ' ') || 'nothing') + "'";

export function percent(p) {
  if (p < 0.00005) { return '< 0.01 %'; }
  return (100 * p).toFixed(p >= 0.9995 ? 0 : p >= 0.1 ? 1 : 2) + ' %';
}

function addToken(parent, token) {
  add(parent, 'span', 'code', visible(token)).setAttribute('aria-hidden', 'true');
  add(parent, 'span', 'hidden', spoken(token));
}

/** Shows all of a step. */
export function explain(step, title) {
  by('why').hidden = false;
  by('why-title').textContent = title;
  addToken(by('why-title'), step.chosen.token);
  showTable(step);
  showRules(step);
  showDraw(step);
}

function heading(name, note, type) {
  const cell = add(by('head'), 'th', type, name);
  cell.scope = 'col';
  if (note) { add(cell, 'small', '', note); }
}

function bar(row, p, most) {
  const cell = add(add(row, 'td'), 'div', 'cell');
  add(cell, 'i').style.width = 100 * p / most + '%';
  add(cell, 'span', '', percent(p));
}

function showTable(step) {
  by('caption').textContent = 'The likeliest of ' + step.vocabulary + ' tokens and the chosen one: what the model gives them'
    + (step.rules.length ? ', what each rule makes of it' : '') + (step.draw === null ? '' : ', and their part of the draw') + '.';
  by('head').replaceChildren();
  heading('rank');
  heading('token');
  heading('the model', count(step.vocabulary, 'token'), 'bars');
  step.rules.forEach(rule => heading(rule.rule, 'keeps ' + rule.kept, 'bars'));
  document.querySelectorAll('.bars').forEach(cell => { cell.style.width = 60 / (1 + step.rules.length) + '%'; });
  heading(step.draw === null ? 'result' : 'drawn if', step.draw === null ? '' : 'from – to');
  const most = Math.max(...step.candidates.flatMap(each => [each.p, ...each.after])); // one scale
  by('rows').replaceChildren();
  let rank = 0;
  for (const each of step.candidates) {
    if (each.rank > rank + 1) { add(add(by('rows'), 'tr', 'gap'), 'td', '', '⋮').colSpan = 4 + step.rules.length; }
    rank = each.rank;
    const chosen = each.id === step.chosen.id;
    const row = add(by('rows'), 'tr', chosen ? 'chosen' : each.removed_by ? 'removed' : '');
    add(row, 'td', 'rank', each.rank);
    const name = add(row, 'th');
    name.scope = 'row';
    addToken(name, each.token);
    bar(row, each.p, most);
    each.after.forEach((p, i) => p === null
      ? add(row, 'td', 'cut', each.removed_by === step.rules[i].rule ? '✕ cut' : '') : bar(row, p, most));
    const end = add(row, 'td', each.removed_by ? 'cut' : 'end', each.removed_by ? 'cut by ' + each.removed_by : '');
    if (each.from !== undefined) { end.textContent = each.from.toFixed(4) + ' – ' + each.to.toFixed(4); }
    if (chosen) { end.append(' ◀ chosen'); }
  }
}

function say(list, ...parts) {
  const item = add(list, 'li');
  parts.forEach(part => typeof part === 'string' ? item.append(part) : addToken(item, part.token));
}

function showRules(step) {
  /** How many equally likely tokens would be as uncertain. */
  const like = entropy => Math.exp(entropy).toFixed(entropy < 3 ? 1 : 0);
  const list = by('says');
  list.replaceChildren();
  say(list, 'The model is as uncertain as among ' + like(step.entropy) + ' equally likely tokens.');
  for (const rule of step.rules) {
    if (rule.first_removed) {
      say(list, rule.rule + ' keeps ' + rule.kept + ' with ' + percent(rule.kept_mass) + ' of the probability: the last is ',
        rule.last_kept, ' (' + percent(rule.last_kept.p) + '), the first to go ',
        rule.first_removed, ' (' + percent(rule.first_removed.p) + ').');
    } else {
      say(list, rule.rule + ' removes none; now it is as uncertain as among ' + like(rule.entropy) + '.');
    }
  }
}

function showDraw(step) {
  const says = by('draw');
  const line = by('line');
  line.replaceChildren();
  line.hidden = step.draw === null;
  const chosen = step.candidates.find(each => each.id === step.chosen.id);
  const listed = step.candidates.filter(each => !each.removed_by).length;
  if (step.draw === null) {
    says.textContent = 'Nothing is drawn, the likeliest token is taken: ';
  } else {
    const kept = step.kept === 1 ? 'Only one token is kept' : step.kept + ' kept tokens side by side, each as wide as it is likely';
    says.textContent = kept + (step.kept > listed ? ' (striped: not in the table)' : '') + '. The random number '
      + step.draw.toFixed(4) + ' lies between ' + chosen.from.toFixed(4) + ' and ' + chosen.to.toFixed(4) + ': ';
  }
  addToken(says, step.chosen.token);
  for (const each of step.candidates.filter(candidate => candidate.from !== undefined)) {
    const part = add(line, 'div', each === chosen ? 'part hit' : 'part');
    part.style.left = 100 * each.from + '%';
    part.style.width = 100 * (each.to - each.from) + '%';
    // Nine pixels a character.
    if ((each.to - each.from) * line.clientWidth > 9 * visible(each.token).length) { add(part, 'span', 'code', visible(each.token)); }
  }
  if (step.draw !== null) {
    const mark = add(line, 'div', 'drawn');
    mark.style.left = 100 * step.draw + '%';
    add(mark, 'b', '', step.draw.toFixed(4));
  }
}
