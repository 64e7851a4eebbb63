// The line that tells how the connection is. It is always in the page for programs; people see it when it matters.

import { attr, el, setText } from './dom.js';
import { on, state } from './store.js';

/** Makes the banner; `retry` runs when the person does not want to wait. */
export function connectionBanner(retry) {
  const text = el('span');
  const button = el('button.link-button', { type: 'button', data: { testid: 'reconnect' }, on: { click: retry } }, 'Try now');
  const element = el('.banner', { role: 'status', data: { testid: 'connection-state' } }, text, button);
  let timer = null;

  function render() {
    const { state: now, retryAt, final } = state.connection;
    clearInterval(timer);
    timer = now === 'offline' && retryAt ? setInterval(tellTime, 1000) : null;
    attr(element, 'data-state', now);
    button.hidden = now !== 'offline';
    if (now === 'connecting') setText(text, 'Connecting…');
    else if (now === 'open') setText(text, '');
    else if (final) setText(text, final);
    else tellTime();
  }

  function tellTime() {
    const seconds = Math.max(0, Math.ceil((state.connection.retryAt - Date.now()) / 1000));
    const cause = navigator.onLine === false ? 'You are offline.' : 'No connection.';
    setText(text, `${cause} Reconnecting in ${seconds} s.`);
  }

  const off = on(['connection'], render);
  render();
  return { element, off };
}
