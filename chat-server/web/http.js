// One HTTP request to this server, and the error that every failed request becomes.

/** Where the page is mounted: the modules lie in `assets/` below it. */
export const BASE = new URL('..', import.meta.url);

const API = new URL('api/v1/', BASE);
const TIMEOUT_MS = 20_000;

/** The address of the socket endpoint. */
export function socketAddress(ticket) {
  const address = new URL('ws', BASE);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  address.searchParams.set('ticket', ticket);
  return address;
}

/** A request that did not succeed. `status` is 0 when no answer came at all. */
export class Problem extends Error {
  constructor({ status = 0, code = 'network', title, detail, retryAfterMs = null, until = null }) {
    super(detail || title || 'Something went wrong.');
    this.name = 'Problem';
    this.status = status;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
    // When somebody who is kept out may come back.
    this.until = until;
  }

  /** Whether the very same request can succeed later. */
  get retryable() {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

/** Sends one request and answers its parsed body, or null when there is none. */
export async function request(method, path, { body, token } = {}) {
  const headers = { accept: 'application/json' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (token) headers.authorization = `Bearer ${token}`;
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
  try {
    const response = await fetch(new URL(path, API), {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: 'no-store',
      credentials: 'same-origin',
      signal: abort.signal,
    });
    // The timer covers the body too, because a server may stall after the headers.
    const text = await response.text();
    if (!response.ok) throw problemOf(response, text);
    return text ? JSON.parse(text) : null;
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem({ detail: 'The server cannot be reached. Check your connection.' });
  } finally {
    clearTimeout(timer);
  }
}

function problemOf(response, text) {
  let problem = {};
  try {
    problem = JSON.parse(text) ?? {};
  } catch {
    // A proxy in between may answer with a page of its own; the status says enough.
  }
  const seconds = Number(response.headers.get('retry-after'));
  return new Problem({
    status: response.status,
    code: problem.code ?? 'unknown',
    title: problem.title ?? `The server answered ${response.status}.`,
    detail: problem.detail,
    until: problem.until,
    retryAfterMs: seconds > 0 ? seconds * 1000 : null,
  });
}
