// The lines before and after the messages that tell how the loading of the past goes.

import { el } from './dom.js';
import { loadNewer, loadOlder } from './history.js';

/** Makes both lines; `render(conversation)` brings them up to date. */
export function historyLines() {
  let open = null;
  const above = line('history-older');
  const below = line('history-newer');
  const again = (load) => el('button.link-button', { type: 'button', on: { click: () => load(open) } }, 'Try again');
  const [olderAgain, newerAgain] = [again(loadOlder), again(loadNewer)];

  function line(testid) {
    return el('.history-state', { role: 'status', data: { testid } });
  }

  function render(conversation) {
    open = conversation;
    const { past, history } = conversation;
    const place = past ?? history;
    tell(above, place, past || history.loaded ? 'Loading older messages…' : 'Loading…', ['Older messages could not be loaded. ', olderAgain], greeting());
    below.hidden = !past;
    if (past) tell(below, past.newer, 'Loading newer messages…', ['Newer messages could not be loaded. ', newerAgain], '');
  }

  function greeting() {
    const isBare = open.kind === 'direct' && open.history.complete && open.entries.length === 0 && open.pending.length === 0;
    return isBare ? 'No messages yet. Say hello!' : '';
  }

  return { above, below, render };
}

function tell(line, { failed, loading }, waiting, failure, otherwise) {
  const now = failed ? 'failed' : loading ? waiting : otherwise;
  line.classList.toggle('busy', Boolean(loading) && !failed);
  if (line.shown === now) return;
  line.shown = now;
  line.replaceChildren(...(failed ? failure : [now]));
}
