// One socket that stays connected: tickets, heartbeat, back-off with jitter, and what each close code asks for.

import { wsTicket } from './api.js';
import { socketAddress } from './http.js';
import { end, renew, session } from './session.js';

const PING_EVERY_MS = 25_000;
const PONG_WITHIN_MS = 10_000;
const READY_WITHIN_MS = 12_000;
const BACKOFF_FIRST_MS = 500;
const BACKOFF_MOST_MS = 30_000;
// A connection that held this long was a good one, so that the next failure starts from a short wait again.
const STABLE_AFTER_MS = 10_000;

const SIGN_IN_AGAIN = {
  4502: 'Your session has ended. Please sign in again.',
  4503: 'Your session has ended. Please sign in again.',
  4506: 'Your account is suspended for a while.',
  4507: 'Your account is banned.',
};
const STAY_AWAY = new Set([1002, 1003, 1007, 1008, 1009, 4501, 4508]);

/** The wait before the n-th attempt: at most `30 s`, half of it random, so that clients do not return all at once. */
export function backoff(attempt, random = Math.random()) {
  const most = Math.min(BACKOFF_MOST_MS, BACKOFF_FIRST_MS * 2 ** attempt);
  return Math.round(most * (0.5 + 0.5 * random));
}

/** What a close code asks for: `{again, afterMs?, renew?, signIn?}`, the last with the reason. */
export function afterClose(code, reason) {
  if (code in SIGN_IN_AGAIN) return { again: false, signIn: SIGN_IN_AGAIN[code] };
  if (STAY_AWAY.has(code) || (code >= 4500 && code < 5000)) return { again: false };
  if (code === 4403) return { again: true, renew: true, afterMs: 0 };
  const wait = /retry_after_ms=(\d+)/.exec(reason ?? '');
  return wait ? { again: true, afterMs: Number(wait[1]) } : { again: true };
}

/** A connection to the server. `onFrame` gets every frame, `onState` every change of `{state, retryAt, final}`. */
export class Connection {
  #socket = null;
  #attempt = 0;
  #timers = { retry: null, ping: null, pong: null, ready: null, stable: null };
  #stopped = true;
  #run = 0;
  #final = false;
  #notBefore = 0;

  constructor({ onFrame, onState }) {
    this.onFrame = onFrame;
    this.onState = onState;
    this.state = 'connecting';
  }

  start() {
    this.#stopped = false;
    addEventListener('online', this.#wake);
    addEventListener('offline', this.#check);
    addEventListener('pageshow', this.#wake);
    document.addEventListener('visibilitychange', this.#wake);
    this.#connect();
  }

  stop() {
    this.#stopped = true;
    removeEventListener('online', this.#wake);
    removeEventListener('offline', this.#check);
    removeEventListener('pageshow', this.#wake);
    document.removeEventListener('visibilitychange', this.#wake);
    this.#drop();
  }

  /** Sends a frame if the connection is ready; false means that it was not. */
  send(frame) {
    if (this.state !== 'open' || this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** Tries again at once, as a person asked for it. */
  retryNow() {
    if (this.#stopped || this.state !== 'offline') return;
    this.#connect();
  }

  /** Gives up this connection for a new one. */
  reconnect() {
    this.#lost(this.#run, 1000, '');
  }

  #set(state, more = {}) {
    this.state = state;
    this.onState({ state, retryAt: null, final: null, ...more });
  }

  async #connect() {
    this.#drop();
    const run = this.#run;
    this.#final = false;
    this.#set('connecting');
    let ticket;
    try {
      ({ ticket } = await wsTicket());
    } catch (error) {
      if (run === this.#run && session()) this.#retry(error.retryAfterMs);
      return;
    }
    if (run !== this.#run) return;
    const socket = new WebSocket(socketAddress(ticket));
    this.#socket = socket;
    this.#timers.ready = setTimeout(() => this.#lost(run, 1006, ''), READY_WITHIN_MS);
    socket.onmessage = (event) => run === this.#run && this.#receive(event.data);
    socket.onclose = (event) => this.#lost(run, event.code, event.reason);
  }

  #receive(text) {
    clearTimeout(this.#timers.pong);
    let frame;
    try {
      frame = JSON.parse(text);
    } catch {
      return;
    }
    if (frame.type === 'session.ready') {
      clearTimeout(this.#timers.ready);
      this.#timers.stable = setTimeout(() => (this.#attempt = 0), STABLE_AFTER_MS);
      this.#timers.ping = setInterval(this.#check, PING_EVERY_MS);
      this.#set('open');
    }
    // Timers of a hidden page may come late; the server's word does not. The new token follows as an `auth` frame.
    if (frame.type === 'session.expiring') renew(session()?.access_token).catch(() => null);
    this.onFrame(frame);
  }

  async #lost(run, code, reason) {
    if (run !== this.#run) return;
    this.#drop();
    const next = afterClose(code, reason);
    if (next.signIn) return end(next.signIn);
    if (!next.again) {
      this.#final = true;
      return this.#set('offline', { final: reason || `The server closed the connection (${code}).` });
    }
    // A wait that the server asked for is kept even when the page wakes up meanwhile.
    this.#notBefore = Date.now() + (next.afterMs ?? 0);
    const before = this.#run;
    if (next.renew) await renew(session()?.access_token).catch(() => null);
    if (before === this.#run && session()) this.#retry(next.afterMs);
  }

  #retry(afterMs) {
    if (this.#stopped) return;
    const wait = afterMs ?? backoff(this.#attempt);
    this.#attempt += 1;
    if (wait === 0 && this.#attempt === 1) return void this.#connect();
    // A server that turns us away at once, again and again, must not be hammered.
    const rest = wait === 0 ? backoff(this.#attempt) : wait;
    this.#timers.retry = setTimeout(() => this.#connect(), rest);
    this.#set('offline', { retryAt: Date.now() + rest });
  }

  #drop() {
    this.#run += 1;
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    const socket = this.#socket;
    this.#socket = null;
    if (socket) {
      socket.onmessage = null;
      socket.onclose = null;
      socket.close();
    }
  }

  // A socket can be dead for minutes without a word: every ping expects something to be heard soon.
  #check = () => {
    if (!this.send({ type: 'ping' })) return;
    const run = this.#run;
    clearTimeout(this.#timers.pong);
    this.#timers.pong = setTimeout(() => this.#lost(run, 4002, ''), PONG_WITHIN_MS);
  };

  #wake = () => {
    if (document.visibilityState !== 'visible') return;
    if (this.state === 'open') this.#check();
    else if (this.state === 'offline' && !this.#final && Date.now() >= this.#notBefore) this.#connect();
  };
}
