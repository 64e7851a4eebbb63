// The left pane: oneself, the search, and the lists of conversations and people.

import { updateUserAvatar, userAvatar } from './avatar.js';
import { showConversations } from './conversations.js';
import { attr, el, iconButton, setText } from './dom.js';
import { presenceText } from './format.js';
import { newGroup } from './group.js';
import { peoplePane } from './people.js';
import { showProfile } from './profile.js';
import { showRooms } from './rooms.js';
import { searchField } from './searchfield.js';
import { searchPane } from './searchpane.js';
import { signOut } from './session.js';
import { on, sortedConversations, state, totalUnread } from './store.js';
import { nameOf, shownPresence } from './users.js';

/** Makes the pane. */
export function sidebar() {
  let shown = 'chats';
  let open = state.open;
  const chats = conversationsPane();
  const people = peoplePane();
  const found = searchPane((id) => {
    // Whoever goes to one message may want the next one, so the results stay.
    open = id;
    document.body.classList.remove('search-open');
  });
  const search = searchField(look, left);
  const tabs = { chats: tabOf('chats', 'Chats'), people: tabOf('people', 'People') };
  const tablist = el('.tabs', { role: 'tablist', 'aria-label': 'Lists', on: { keydown } }, tabs.chats, tabs.people);
  const body = el('.sidebar-body', { role: 'tabpanel', id: 'sidebar-list', on: { keydown: (event) => moveInList(event, search.focus) } });
  const me = ownRow();
  const element = el(
    'nav.sidebar',
    { 'aria-label': 'Conversations and people' },
    me.element,
    search.element,
    tablist,
    body,
  );

  function tabOf(name, label) {
    const badge = el('span.count', { hidden: true });
    const attributes = { type: 'button', role: 'tab', 'aria-controls': 'sidebar-list', data: { testid: `tab-${name}` }, on: { click: () => choose(name) } };
    return el('button.tab', attributes, label, ' ', badge);
  }

  function look(text, scope) {
    found.search(text, scope);
    render();
  }

  /** The search was closed: whoever came to it from the conversation goes back there. */
  function left(wasOver) {
    if (!wasOver) return search.focus();
    return document.querySelector('[data-testid="composer"]')?.focus();
  }

  function choose(name) {
    shown = name;
    search.clear();
  }

  function keydown(event) {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    choose(shown === 'chats' ? 'people' : 'chats');
    tabs[shown].focus();
  }

  function render() {
    if (!state.me) return;
    // Whoever was searched for has been found once a conversation opens.
    const isElsewhere = state.open !== open && state.open !== null;
    open = state.open;
    if (isElsewhere && search.isActive()) return search.clear();
    const searching = search.text() !== '';
    const pane = searching ? found : { chats, people }[shown];
    if (body.firstChild !== pane.element) body.replaceChildren(pane.element);
    tablist.hidden = searching;
    attr(body, 'role', searching ? 'region' : 'tabpanel');
    attr(body, 'aria-label', searching ? 'Search results' : { chats: 'Chats', people: 'People' }[shown]);
    for (const [name, tab] of Object.entries(tabs)) {
      tab.setAttribute('aria-selected', String(name === shown));
      tab.tabIndex = name === shown ? 0 : -1;
    }
    badge(tabs.chats, totalUnread());
    badge(tabs.people, state.incoming.size);
    search.render();
    me.render();
    pane.render();
    return undefined;
  }

  // From the field, the way leads on into what was found.
  search.element.addEventListener('keydown', (event) => {
    const isOnward = event.target.matches('input') && (event.key === 'ArrowDown' || (event.key === 'Enter' && !event.isComposing));
    const first = isOnward && body.querySelector('.row-main');
    if (!first) return;
    event.preventDefault();
    first.focus();
  });
  on(['conversations', 'people', 'users', 'presence', 'typing', 'connection'], render);
  render();
  return { element, reset: () => choose('chats'), search: search.open };
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
    { type: 'button', title: 'Your profile and status', data: { testid: 'profile' }, on: { click: showProfile } },
    avatar,
    el('span.row-text', {}, name, note),
  );
  const group = iconButton('group', 'New group', { data: { testid: 'new-group' }, on: { click: newGroup } });
  const rooms = iconButton('door', 'Rooms', { data: { testid: 'show-rooms' }, on: { click: showRooms } });
  const leave = iconButton('leave', 'Sign out', { data: { testid: 'signout' }, on: { click: () => signOut() } });
  const render = () => {
    updateUserAvatar(avatar, state.me.id);
    setText(name, nameOf(state.me.id));
    setText(note, presenceText(shownPresence(state.me.id)));
  };
  return { element: el('.row.own-row', {}, main, el('.row-actions', {}, rooms, group, leave)), render };
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

/** Up and down move through the rows of a list, beside Tab; above the first one is the search. */
function moveInList(event, beyond) {
  if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
  const rows = [...event.currentTarget.querySelectorAll('.row-main')];
  const at = rows.indexOf(document.activeElement);
  const next = rows[at + (event.key === 'ArrowUp' ? -1 : 1)];
  if (at === 0 && event.key === 'ArrowUp') beyond();
  else if (at >= 0 && next) next.focus();
  else return;
  event.preventDefault();
}
