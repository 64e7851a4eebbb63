// The first screen: go on with a kept account, sign in, or create an account.

import { plainAvatar } from './avatar.js';
import { attr, el, iconButton, reconcile, setText } from './dom.js';
import { exactly } from './format.js';
import { icon } from './icons.js';
import { continueAs, keptAccounts, onKeptAccounts, register, signIn } from './session.js';

// Which field an error is about. Every other one is about the last field, the password.
const FAULTS = {
  'register-username': ['invalid_username', 'reserved_username', 'name_taken'],
  'register-email': ['invalid_email', 'email_taken'],
};

/** Makes the screen; `done` runs after the person is signed in. `reason` says why they see it again. */
export function signInScreen(done, reason) {
  const kept = keptList(enter);
  const off = onKeptAccounts(kept.render);
  const panels = { login: loginForm(enter), register: registerForm(enter) };
  const tabs = Object.fromEntries([tab('login', 'Sign in'), tab('register', 'Create account')]);

  function enter() {
    off();
    done();
  }

  function tab(name, label) {
    const attributes = { type: 'button', role: 'tab', id: `tab-${name}`, 'aria-controls': `panel-${name}`, data: { testid: `tab-${name}` } };
    return [name, el('button.tab', { ...attributes, on: { click: () => choose(name, true) } }, label)];
  }

  function choose(name, focus) {
    for (const [other, button] of Object.entries(tabs)) {
      button.setAttribute('aria-selected', String(other === name));
      button.tabIndex = other === name ? 0 : -1;
      panels[other].hidden = other !== name;
    }
    if (focus) panels[name].querySelector('input').focus();
  }

  function keydown(event) {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    const name = panels.login.hidden ? 'login' : 'register';
    choose(name, false);
    tabs[name].focus();
  }

  const element = el(
    'main.signin',
    {},
    el(
      '.signin-card',
      {},
      el('.signin-mark', {}, icon('chat')),
      el('h1', {}, 'Chat'),
      el('p.signin-reason', { role: 'status', hidden: !reason }, reason ?? ''),
      kept.element,
      el('.tabs', { role: 'tablist', 'aria-label': 'Sign in or create an account', on: { keydown } }, tabs.login, tabs.register),
      panels.login,
      panels.register,
    ),
  );
  choose('login', false);
  return { element, focus: () => (kept.element.querySelector('button') ?? panels.login.querySelector('input')).focus() };
}

/** The accounts that this browser keeps, each one press away. */
function keptList(done) {
  const element = el('ul.list.kept', { 'aria-label': 'Accounts in this browser' });
  const rowOf = ({ id, username }) => {
    const go = () => continueAs(id) && done();
    const attributes = { type: 'button', data: { testid: 'continue-as', username }, on: { click: go } };
    return el('li.row', {}, el('button.row-main', attributes, plainAvatar(id, username), el('span.row-title', { dir: 'auto' }, `Continue as ${username}`)));
  };
  function render() {
    const users = keptAccounts();
    reconcile(element, users, (user) => user.id, rowOf, () => {});
    element.hidden = users.length === 0;
  }
  render();
  return { element, render };
}

function loginForm(done) {
  const login = field('login-login', 'User name or e-mail', { autocomplete: 'username', autocapitalize: 'none', spellcheck: 'false' });
  const password = passwordField('login-password', 'Password', 'current-password');
  return form('login', 'Sign in', [login, password], done, () => signIn(login.input.value.trim(), password.input.value));
}

function registerForm(done) {
  const username = field('register-username', 'User name', { autocomplete: 'username', autocapitalize: 'none', spellcheck: 'false' });
  const email = field('register-email', 'E-mail', { type: 'email', autocomplete: 'email' });
  const password = passwordField('register-password', 'Password', 'new-password', 'At least 8 characters');
  const send = () => register(username.input.value.trim(), email.input.value.trim(), password.input.value);
  return form('register', 'Create account', [username, email, password], done, send);
}

/** Whoever is kept out for a while is told until when. */
const keptOut = ({ message, until }) => (until ? `${message} You may come back on ${exactly(until)}.` : null);

function field(testid, label, attributes, ...after) {
  const input = el('input.input', { type: 'text', id: testid, dir: 'auto', required: true, data: { testid }, ...attributes });
  return { input, element: el('.field', {}, el('label.label', { for: testid }, label), el('.field-line', {}, input, after)) };
}

function passwordField(testid, label, autocomplete, placeholder) {
  const toggle = iconButton('eye', 'Show password', { 'aria-pressed': 'false', data: { testid: 'password-toggle' } });
  const made = field(testid, label, { type: 'password', autocomplete, placeholder, dir: 'ltr' }, toggle);
  toggle.addEventListener('click', () => {
    const show = made.input.type === 'password';
    made.input.type = show ? 'text' : 'password';
    toggle.setAttribute('aria-pressed', String(show));
  });
  return made;
}

function form(name, label, fields, done, send) {
  const error = el('p.error', { role: 'alert', hidden: true, id: `${name}-error`, data: { testid: `${name}-error` } });
  const button = el('button.button.primary.wide', { type: 'submit', data: { testid: `${name}-submit` } }, label);
  const element = el(
    'form.signin-form',
    { id: `panel-${name}`, role: 'tabpanel', 'aria-labelledby': `tab-${name}`, novalidate: true },
    fields.map((one) => one.element),
    error,
    button,
  );

  function fail(text, wrong) {
    setText(error, text);
    error.hidden = false;
    // Beside the field, where it is seen even above a phone's keyboard.
    wrong.closest('.field').after(error);
    attr(wrong, 'aria-invalid', 'true');
    attr(wrong, 'aria-describedby', error.id);
    wrong.focus();
  }

  element.addEventListener('submit', async (event) => {
    event.preventDefault();
    error.hidden = true;
    for (const { input } of fields) for (const name of ['aria-invalid', 'aria-describedby']) attr(input, name, null);
    const missing = fields.find(({ input }) => input.value.trim() === '');
    if (missing) return fail('Please fill in every field.', missing.input);
    button.disabled = true;
    try {
      await send();
      done();
    } catch (problem) {
      const wrong = fields.find(({ input }) => FAULTS[input.id]?.includes(problem.code));
      fail(keptOut(problem) ?? problem.message, (wrong ?? fields.at(-1)).input);
    } finally {
      button.disabled = false;
    }
    return undefined;
  });
  return element;
}
