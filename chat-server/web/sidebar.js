// The left pane: oneself, the search, and the lists of conversations and people.

import { updateUserAvatar, userAvatar } from './avatar.js';
import { showConversations } from './conversations.js';
import { el, iconButton, setText } from './dom.js';
import { presenceText } from './format.js';
import { newGroup } from './group.js';
import { icon } from './icons.js';
import { peoplePane, searchPane } from './people.js';
import { showProfile } from './profile.js';
import { signOut } from './session.js';
import { on, sortedConversations, state, totalUnread } from './store.js';
import { shownPresence } from './users.js';

/** Makes the pane. */
export function sidebar() {
  let shown = 'chats';
  let open = state.open;
  const chats = conversationsPane();
  const people = peoplePane();
  const found = searchPane();

  const search = el('input.input.search', {
    type: 'search', dir: 'auto', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', placeholder: 'Search people',
    'aria-label': 'Search people and conversations', data: { testid: 'people-search' },
  });
  const tabs = { chats: tabOf('chats', 'Chats'), people: tabOf('people', 'People') };
  const tablist = el('.tabs', { role: 'tablist', 'aria-label': 'Lists', on: { keydown } }, tabs.chats, tabs.people);
  const body = el('.sidebar-body', { role: 'tabpanel', id: 'sidebar-list', on: { keydown: moveInList } });
  const me = ownRow();
  const element = el(
    'nav.sidebar',
    { 'aria-label': 'Conversations and people' },
    me.element,
    el('.search-holder', { role: 'search' }, icon('search'), search),
    tablist,
    body,
  );

  function tabOf(name, label) {
    const badge = el('span.count', { hidden: true });
    const attributes = { type: 'button', role: 'tab', 'aria-controls': 'sidebar-list', data: { testid: `tab-${name}` }, on: { click: () => choose(name) } };
    return el('button.tab', attributes, label, ' ', badge);
  }

  function clearSearch() {
    search.value = '';
    found.search('');
  }

  function choose(name) {
    shown = name;
    clearSearch();
    render();
  }

  function keydown(event) {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    choose(shown === 'chats' ? 'people' : 'chats');
    tabs[shown].focus();
  }

  function render() {
    if (!state.me) return;
    // Whoever was searched for has been found once a conversation opens.
    if (state.open !== open && state.open !== null) clearSearch();
    open = state.open;
    const searching = search.value.trim() !== '';
    const pane = searching ? found : { chats, people }[shown];
    if (body.firstChild !== pane.element) body.replaceChildren(pane.element);
    tablist.hidden = searching;
    for (const [name, tab] of Object.entries(tabs)) {
      tab.setAttribute('aria-selected', String(name === shown));
      tab.tabIndex = name === shown ? 0 : -1;
    }
    badge(tabs.chats, totalUnread());
    badge(tabs.people, state.incoming.size);
    me.render();
    pane.render();
  }

  search.addEventListener('input', () => {
    found.search(search.value.trim());
    render();
  });
  search.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || search.value === '') return;
    event.stopPropagation();
    choose(shown);
  });
  on(['conversations', 'people', 'users', 'presence', 'typing', 'connection'], render);
  render();
  return { element, reset: () => choose('chats') };
}

function badge(tab, value) {
  setText(tab.lastChild, String(value));
  tab.lastChild.hidden = value === 0;
}

function ownRow() {
  const name = el('span.row-title', { dir: 'auto', data: { testid: 'own-name' } });
  const note = el('span.row-note', { dir: 'auto' });
  const avatar = userAvatar(state.me.id);
  const main = el(
    'button.row-main',
    { type: 'button', title: 'Your status', data: { testid: 'profile' }, on: { click: showProfile } },
    avatar,
    el('span.row-text', {}, name, note),
  );
  const group = iconButton('group', 'New group', { data: { testid: 'new-group' }, on: { click: newGroup } });
  const leave = iconButton('leave', 'Sign out', { data: { testid: 'signout' }, on: { click: () => signOut() } });
  const render = () => {
    updateUserAvatar(avatar, state.me.id);
    setText(name, state.me.username);
    setText(note, presenceText(shownPresence(state.me.id)));
  };
  return { element: el('.row.own-row', {}, main, el('.row-actions', {}, group, leave)), render };
}

function conversationsPane() {
  const list = el('ul.list', { 'aria-label': 'Conversations', data: { testid: 'conversation-list' } });
  const empty = el('.empty', { data: { testid: 'conversations-empty' } });
  const render = () => {
    const conversations = sortedConversations();
    showConversations(list, conversations);
    empty.hidden = conversations.length > 0;
    const lines = state.loaded ? ['No conversations yet.', 'Search for somebody by name and say hello.'] : ['Loading…'];
    if (empty.textContent !== lines.join('')) empty.replaceChildren(...lines.map((line) => el('p', {}, line)));
  };
  return { element: el('.pane', {}, list, empty), render };
}

/** Up and down move through the rows of a list, beside Tab. */
function moveInList(event) {
  if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
  const rows = [...event.currentTarget.querySelectorAll('.row-main')];
  const at = rows.indexOf(document.activeElement);
  const next = rows[at + (event.key === 'ArrowUp' ? -1 : 1)];
  if (at < 0 || !next) return;
  event.preventDefault();
  next.focus();
}
