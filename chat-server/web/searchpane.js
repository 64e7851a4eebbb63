// What a search found: conversations and people by name, and messages by their words.

import * as api from './api.js';
import { personIn, titleOf, updateUserAvatar, userAvatar } from './avatar.js';
import { showConversations } from './conversations.js';
import { attr, el, reconcile, setText } from './dom.js';
import { exactly, when } from './format.js';
import { highlighted } from './highlight.js';
import { messageSearch } from './messagesearch.js';
import { section } from './people.js';
import { showPeople } from './personrow.js';
import { openMessage } from './router.js';
import { sortedConversations, state } from './store.js';
import { learn } from './users.js';

const SEARCH_AFTER_MS = 180;
const MOST_CONVERSATIONS = 8;

/** Makes the pane. `search(text, scope)` fetches and shows; `chosen(conversationId)` runs when a message is gone to. */
export function searchPane(chosen) {
  const chats = section('Conversations', 'found-conversations');
  const people = section('People', 'found-people');
  const said = section('Messages', 'found-messages');
  const note = el('p.empty', { role: 'status', data: { testid: 'search-note' } });
  const progress = el('p.search-progress', { role: 'status', data: { testid: 'search-progress' } });
  const more = el('button.button.small', { type: 'button', data: { testid: 'search-more' }, on: { click: () => messages.more() } }, 'Show more');
  said.element.append(progress, more);
  const element = el('.pane', {}, chats.element, people.element, said.element, note);
  const messages = messageSearch(render);
  let wanted = '';
  let scope = null;
  let found = [];
  let timer = null;
  let noteText = '';

  async function fetchFound(text) {
    try {
      const { items } = await api.searchUsers(text);
      if (text !== wanted) return;
      learn(items);
      found = items.map((user) => user.id).filter((id) => id !== state.me.id);
      noteText = found.length ? '' : `Nobody’s name begins with “${text}”.`;
    } catch (error) {
      if (text === wanted) noteText = error.message;
    }
    render();
  }

  function search(text, within = null) {
    messages.look(text, within);
    scope = within;
    if (text !== wanted) {
      wanted = text;
      noteText = '';
      found = text === '' ? [] : found;
      clearTimeout(timer);
      if (text !== '') timer = setTimeout(fetchFound, SEARCH_AFTER_MS, text);
    }
    render();
  }

  function render() {
    if (!wanted || !state.me) return;
    const lower = wanted.toLocaleLowerCase();
    const matching = scope ? [] : sortedConversations().filter((one) => titleOf(one).toLocaleLowerCase().includes(lower));
    showConversations(chats.list, matching.slice(0, MOST_CONVERSATIONS));
    chats.show(matching.length);
    const persons = scope ? [] : found;
    showPeople(people.list, persons, 'person-result');
    people.show(persons.length);
    renderMessages();
    // Whatever was found among the messages, nobody has to be told that no person has that name.
    const nothing = !scope && noteText && messages.items.length === 0 ? noteText : '';
    setText(note, nothing);
    note.hidden = nothing === '';
  }

  function renderMessages() {
    reconcile(said.list, messages.items, ({ id }) => id, resultOf, updateResult);
    said.show(messages.next === null ? messages.items.length : `${messages.items.length}+`);
    const words = messages.note();
    said.element.hidden = words === '' && messages.items.length === 0;
    attr(said.list, 'aria-busy', String(messages.busy));
    said.element.classList.toggle('waiting', messages.busy);
    setText(progress, words);
    progress.classList.toggle('busy', messages.busy);
    // Whoever sees the results sees how many they are.
    progress.classList.toggle('visually-hidden', !messages.busy && !messages.problem && messages.items.length > 0);
    more.hidden = messages.next === null;
    more.disabled = messages.busy;
  }

  function resultOf({ id, sender_id: sender }) {
    const go = () => {
      const message = messages.items.find((one) => one.id === id);
      chosen(message.conversation_id);
      openMessage(message);
    };
    const line = el('span.row-line', {}, el('span.row-title', { dir: 'auto' }), el('time.row-time'));
    const text = el('span.row-text', {}, line, el('span.found-body', { dir: 'auto' }), el('span.found-where', { dir: 'auto' }));
    const main = el('button.row-main', { type: 'button', on: { click: go } }, userAvatar(sender, false), text);
    return el('li.row.found', { data: { testid: 'search-result', messageId: id } }, main);
  }

  function updateResult(item, message) {
    const [avatar, text] = item.firstChild.children;
    const [line, body, where] = text.children;
    updateUserAvatar(avatar, message.sender_id);
    setText(line.children[0], personIn(message.sender_id));
    setText(line.children[1], when(message.created_at));
    attr(line.children[1], 'datetime', message.created_at);
    attr(line.children[1], 'title', exactly(message.created_at));
    const conversation = state.conversations.get(message.conversation_id);
    setText(where, scope || !conversation ? '' : whereOf(conversation));
    const shown = `${messages.text}\n${message.body}`;
    if (body.shown !== shown) body.replaceChildren(...highlighted(message.body, messages.text));
    body.shown = shown;
  }

  return { element, render, search };
}

const whereOf = (conversation) => (conversation.kind === 'direct' ? `with ${titleOf(conversation)}` : `in ${titleOf(conversation)}`);
