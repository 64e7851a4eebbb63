// The signed-in session: its tokens, their renewal, and calls that carry them.
//
// The browser keeps one session per account, and each tab knows which account is its own; so two windows can be two
// people. A refresh token may work only once, and all tabs of an account share one. A lock lets a single tab renew at
// a time; the others then find the new tokens in the storage.

import { Problem, request } from './http.js';
import { forget, keys, load, ofTab, onElsewhere, save } from './storage.js';

const KEPT = 'session:';
const KEPT_OUT = new Set(['account_suspended', 'account_banned']);
const ACCOUNT = 'account';
const LONGEST_TIMER_MS = 6 * 3_600_000;
const endings = new Set();
const renewals = new Set();
const arrivals = new Set();
const keyOf = (id) => KEPT + id;
let current = load(keyOf(ofTab.load(ACCOUNT)));
let renewing = null;
let timer = null;

/** The session, or null. */
export const session = () => current;

/** Calls back with a sentence (or null) when the session has ended. */
export function onSessionEnd(listener) {
  endings.add(listener);
}

/** The accounts whose sessions the browser keeps, by name. */
export function keptAccounts() {
  const users = keys(KEPT).map((key) => load(key)?.user).filter(Boolean);
  return users.sort((a, b) => a.username.localeCompare(b.username));
}

/** Calls back when the kept accounts change in another tab. Answers the function that ends it. */
export function onKeptAccounts(listener) {
  arrivals.add(listener);
  return () => arrivals.delete(listener);
}

/** Goes on, in this tab, with the session of a kept account. */
export function continueAs(id) {
  const stored = load(keyOf(id));
  if (stored) keep(stored);
  return stored !== null;
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
  forget(keyOf(current.user.id));
  ofTab.forget(ACCOUNT);
  current = null;
  renewing = null;
  clearTimeout(timer);
  for (const listener of endings) listener(reason);
}

/** A request in the name of the session; an expired token is renewed once. */
export async function call(method, path, body) {
  if (current && current.expires_at - Date.now() < 5_000) await renew(current.access_token);
  const token = current?.access_token;
  try {
    return await request(method, path, { body, token });
  } catch (error) {
    // A password that is wrong does not become right with a new token.
    if (error.status !== 401 || error.code === 'invalid_credentials' || !current) throw error;
    await renew(token);
    return request(method, path, { body, token: current?.access_token });
  }
}

/** Replaces the tokens, unless they were already replaced since `stale` was in use. */
export function renew(stale) {
  if (renewing) return renewing;
  const id = current?.user.id;
  const mine = locked(id, () => renewOnce(id, stale)).finally(() => {
    if (renewing === mine) renewing = null;
  });
  renewing = mine;
  return mine;
}

async function renewOnce(id, stale) {
  const stored = load(keyOf(id));
  if (!stored) throw lost(id, 'You were signed out.');
  if (stored.access_token !== stale && stored.expires_at > Date.now()) {
    if (current?.user.id === id) keep(stored);
    return;
  }
  let answer;
  try {
    answer = await request('POST', 'auth/refresh', { body: { refresh_token: stored.refresh_token } });
  } catch (error) {
    if (!error.retryable) lost(id, KEPT_OUT.has(error.code) ? error.message : 'Your session has ended. Please sign in again.');
    throw error;
  }
  // Whoever signed out meanwhile is not signed in again by an answer that was on its way.
  if (current?.user.id === id && load(keyOf(id))) adopt(answer);
}

/** Ends the session if it is still that of this account, which is the only one that was lost. */
function lost(id, reason) {
  if (current?.user.id === id) end(reason);
  return new Problem({ status: 401, code: 'unauthenticated', detail: reason });
}

function locked(id, work) {
  return navigator.locks ? navigator.locks.request(`chat-session ${id}`, work) : work();
}

function adopt(answer) {
  const { user, access_token, refresh_token, expires_in } = answer;
  const fresh = { user, access_token, refresh_token, expires_at: Date.now() + expires_in * 1000, expires_in };
  save(keyOf(user.id), fresh);
  keep(fresh);
}

function keep(fresh) {
  const isNew = current !== null && current.access_token !== fresh.access_token;
  current = fresh;
  ofTab.save(ACCOUNT, fresh.user.id);
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
  if (!key.startsWith(KEPT)) return;
  for (const listener of arrivals) listener();
  if (!current || key !== keyOf(current.user.id)) return;
  const stored = load(key);
  if (stored) keep(stored);
  else end('You signed out in another tab.');
});
