// Which conversation is open, kept in the address, so that reload, links and the back button of a phone work.

import { changed, state } from './store.js';

const HOME = '#/';

function idInAddress() {
  const match = /^#\/c\/(\d+)$/.exec(location.hash);
  return match ? Number(match[1]) : null;
}

/** Opens what the address says. */
export function readAddress() {
  state.open = idInAddress();
  if (state.goal?.conversation_id !== state.open) state.goal = null;
  changed('conversations', 'thread');
}

/** Follows the address from now on. */
export function startRouter() {
  addEventListener('popstate', readAddress);
  addEventListener('hashchange', readAddress);
  readAddress();
}

/** Opens a conversation. From the list it is one step forward; from another conversation it takes its place. */
export function openConversation(id) {
  // On a phone, the search lies over the conversation that it was opened from.
  document.body.classList.remove('search-open');
  if (state.open === id) return;
  const address = `#/c/${id}`;
  if (state.open === null) history.pushState({ fromList: true }, '', address);
  else history.replaceState(history.state, '', address);
  readAddress();
}

/** Opens a conversation at one of its messages, wherever in its past that lies. */
export function openMessage({ id, conversation_id, seq }) {
  state.goal = { id, conversation_id, seq };
  openConversation(conversation_id);
  changed('thread');
}

/** Goes back to the list. */
export function closeConversation() {
  if (state.open === null) return;
  if (history.state?.fromList) {
    history.back();
    return;
  }
  history.replaceState(null, '', HOME);
  readAddress();
}

/** Forgets where one was, because somebody else may sign in next. */
export function forgetAddress() {
  history.replaceState(null, '', HOME);
}
