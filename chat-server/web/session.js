// The signed-in session: its tokens, their renewal, and calls that carry them.
//
// A refresh token may work only once, and all tabs share one. A lock lets a single tab renew at a time; the
// others then find the new tokens in the storage.

import { Problem, request } from './http.js';
import { forget, load, onElsewhere, save } from './storage.js';

const KEY = 'session';
const LONGEST_TIMER_MS = 6 * 3_600_000;
const endings = new Set();
const renewals = new Set();
let current = load(KEY);
let renewing = null;
let timer = null;

/** The session, or null. */
export const session = () => current;

/** Calls back with a sentence (or null) when the session has ended. */
export function onSessionEnd(listener) {
  endings.add(listener);
}

/** Calls back with every new access token. */
export function onRenewal(listener) {
  renewals.add(listener);
}

/** Creates an account and signs in. */
export async function register(username, email, password) {
  adopt(await request('POST', 'auth/register', { body: { username, email, password } }));
}

/** Signs in by user name or e-mail address. */
export async function signIn(login, password) {
  adopt(await request('POST', 'auth/login', { body: { login, password } }));
}

/** Ends the session, on the server if it can be reached. */
export async function signOut() {
  const token = current?.access_token;
  end(null);
  if (token) await request('POST', 'auth/logout', { token }).catch(() => null);
}

/** Forgets the session, because it ended elsewhere or can no longer be renewed. */
export function end(reason) {
  if (!current) return;
  current = null;
  clearTimeout(timer);
  forget(KEY);
  for (const listener of endings) listener(reason);
}

/** A request in the name of the session; an expired token is renewed once. */
export async function call(method, path, body) {
  if (current && current.expires_at - Date.now() < 5_000) await renew(current.access_token);
  const token = current?.access_token;
  try {
    return await request(method, path, { body, token });
  } catch (error) {
    if (error.status !== 401 || !current) throw error;
    await renew(token);
    return request(method, path, { body, token: current?.access_token });
  }
}

/** Replaces the tokens, unless they were already replaced since `stale` was in use. */
export function renew(stale) {
  renewing ??= locked(() => renewOnce(stale)).finally(() => {
    renewing = null;
  });
  return renewing;
}

async function renewOnce(stale) {
  const stored = load(KEY);
  if (!stored) {
    end('You were signed out.');
    throw new Problem({ status: 401, code: 'unauthenticated', detail: 'You were signed out.' });
  }
  if (stored.access_token !== stale && stored.expires_at > Date.now()) {
    keep(stored);
    return;
  }
  try {
    adopt(await request('POST', 'auth/refresh', { body: { refresh_token: stored.refresh_token } }));
  } catch (error) {
    if (!error.retryable) end('Your session has ended. Please sign in again.');
    throw error;
  }
}

function locked(work) {
  return navigator.locks ? navigator.locks.request('chat-session', work) : work();
}

function adopt(answer) {
  const { user, access_token, refresh_token, expires_in } = answer;
  const fresh = { user, access_token, refresh_token, expires_at: Date.now() + expires_in * 1000, expires_in };
  save(KEY, fresh);
  keep(fresh);
}

function keep(fresh) {
  const isNew = current !== null && current.access_token !== fresh.access_token;
  current = fresh;
  if (isNew) for (const listener of renewals) listener(fresh.access_token);
  clearTimeout(timer);
  // Tabs wake at different times, so that one of them renews for all.
  const early = fresh.expires_in * 1000 * (0.1 + 0.1 * Math.random());
  const wait = Math.max(1_000, fresh.expires_at - Date.now() - early);
  timer = setTimeout(() => {
    if (fresh.expires_at - Date.now() > early + 1_000) keep(fresh);
    else renew(fresh.access_token).catch(() => null);
  }, Math.min(wait, LONGEST_TIMER_MS));
}

/** Starts the renewal timer of a session that was found in the storage. */
export function resumeSession() {
  if (current) keep(current);
}

onElsewhere((key) => {
  if (key !== KEY) return;
  const stored = load(KEY);
  if (!stored) end('You signed out in another tab.');
  else if (!current || stored.user.id !== current.user.id) location.reload();
  else keep(stored);
});
