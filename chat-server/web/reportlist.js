// What was reported, for those who look after the server: the oldest report first, and what to do about each.

import * as api from './api.js';
import { openDialog } from './dialog.js';
import { el, reconcile, setText } from './dom.js';
import { exactly, when } from './format.js';
import { REASONS } from './report.js';
import { DECISIONS, decide } from './reportdecision.js';
import { on } from './store.js';
import { showUser } from './usercard.js';
import { nameOf } from './users.js';

/** Opens the list of what is still open, with a way to what was decided. */
export function showReports() {
  const list = el('ol.report-list', { 'aria-label': 'Reports' });
  const note = el('p.progress', { role: 'status', data: { testid: 'reports-note' } });
  const more = el('button.button.small', { type: 'button', data: { testid: 'reports-more' }, on: { click: () => fetchPage() } }, 'Show more');
  const tabs = ['open', 'resolved'].map(tabOf);
  const tablist = el('.tabs', { role: 'tablist', 'aria-label': 'Which reports', on: { keydown } }, tabs);
  let status = 'open';
  let items = [];
  let next;
  let busy = false;
  let problem = null;
  let asked = 0;

  function tabOf(name) {
    const attributes = { type: 'button', role: 'tab', 'aria-controls': 'reports', data: { testid: `reports-${name}`, status: name }, on: { click: () => choose(name) } };
    return el('button.tab', attributes, name === 'open' ? 'Open' : 'Decided');
  }

  function choose(name) {
    status = name;
    items = [];
    next = undefined;
    asked += 1;
    fetchPage();
  }

  function keydown(event) {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    choose(status === 'open' ? 'resolved' : 'open');
    tablist.querySelector('[aria-selected="true"]').focus();
  }

  async function fetchPage() {
    const mine = asked;
    busy = true;
    problem = null;
    render();
    try {
      const page = await api.reports(status, next);
      if (mine !== asked) return;
      items.push(...page.items);
      next = page.next ?? null;
    } catch (error) {
      if (mine !== asked) return;
      problem = error.message;
    }
    busy = false;
    render();
  }

  function render() {
    for (const tab of tabs) {
      tab.setAttribute('aria-selected', String(tab.dataset.status === status));
      tab.tabIndex = tab.dataset.status === status ? 0 : -1;
    }
    reconcile(list, items, ({ id }) => `${status} ${id}`, (report) => itemOf(report, decided), update);
    const words = busy ? 'Loading…' : (problem ?? (items.length ? '' : status === 'open' ? 'Nothing is waiting.' : 'Nothing was decided yet.'));
    setText(note, words);
    note.hidden = words === '';
    note.classList.toggle('busy', busy);
    more.hidden = busy || !next;
  }

  /** A report was decided, here or by somebody else: it waits no more. */
  function decided(report) {
    items = items.filter(({ id }) => id !== report.id);
    render();
    (list.querySelector('button') ?? tabs[0]).focus();
  }

  const off = on(['users'], render);
  const dialog = openDialog({ title: 'Reports', testid: 'reports-dialog', closed: off }, tablist, el('div', { role: 'tabpanel', id: 'reports' }, note, list, more));
  dialog.element.classList.add('panel', 'wide');
  choose('open');
}

function itemOf(report, decided) {
  const person = el('button.link-button', { type: 'button', dir: 'auto', data: { testid: 'report-user' }, on: { click: () => showUser(report.user_id) } });
  const head = el('p.report-head', {}, el('span.role', {}, REASONS[report.reason] ?? report.reason), person, el('time', { datetime: report.created_at, title: exactly(report.created_at) }, when(report.created_at)));
  const body = report.body !== undefined && el('blockquote.report-about', { dir: 'auto', data: { testid: 'report-body' } }, report.body);
  const comment = report.comment && el('p.report-comment', { dir: 'auto' }, report.comment);
  const from = el('p.report-from', { dir: 'auto' });
  const end = report.status === 'open' ? buttonsOf(report, decided) : el('p.report-from', { dir: 'auto', data: { testid: 'report-outcome' } });
  return el('li.report', { data: { testid: 'report-item', reportId: report.id, status: report.status } }, head, body, comment, from, end);
}

function buttonsOf(report, decided) {
  const actions = Object.keys(DECISIONS).filter((action) => action !== 'delete_message' || report.message_id !== undefined);
  const buttons = actions.map((action) => {
    const { label, danger } = DECISIONS[action];
    const click = () => decide(report, action, () => decided(report));
    return el(`button.button.small${danger ? '.danger' : ''}`, { type: 'button', data: { testid: `report-${action}` }, on: { click } }, label);
  });
  return el('.report-actions', {}, buttons);
}

function update(item, report) {
  setText(item.querySelector('.link-button'), nameOf(report.user_id) === report.username ? report.username : `${nameOf(report.user_id)} (then @${report.username})`);
  setText(item.querySelector('.report-from'), `Reported by ${nameOf(report.reporter_id)}`);
  const outcome = item.querySelector('[data-testid="report-outcome"]');
  if (!outcome) return;
  const words = `${DECISIONS[report.action]?.done ?? report.action} by ${nameOf(report.resolved_by)}, ${when(report.resolved_at)}`;
  setText(outcome, report.note ? `${words}: ${report.note}` : words);
}
