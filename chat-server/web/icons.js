// The icons: stroked paths on a 24 by 24 grid, and the message ticks on a grid of their own.

const PATHS = {
  back: 'M15 5l-7 7 7 7',
  ban: 'M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 0 0 0-17M6 6l12 12',
  chat: 'M4 6.5A2.5 2.5 0 0 1 6.5 4h11A2.5 2.5 0 0 1 20 6.5v7a2.5 2.5 0 0 1-2.5 2.5H10l-4.5 4v-4A2 2 0 0 1 4 14z',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  clock: 'M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 0 0 0-17M12 7.5V12l3 2',
  close: 'M6 6l12 12M18 6L6 18',
  copy: 'M9 8.5h9A1.5 1.5 0 0 1 19.5 10v9a1.5 1.5 0 0 1-1.5 1.5H9A1.5 1.5 0 0 1 7.5 19v-9A1.5 1.5 0 0 1 9 8.5M4.5 15.5V5A1.5 1.5 0 0 1 6 3.5h9',
  door: 'M5 20.5h14M7 20.5V5A1.5 1.5 0 0 1 8.5 3.5h7A1.5 1.5 0 0 1 17 5v15.5M13.5 12h.01',
  down: 'M12 5v13M6 12.5l6 6 6-6',
  edit: 'M4.5 19.5l.9-4L16 4.9a1.7 1.7 0 0 1 2.4 0l.7.7a1.7 1.7 0 0 1 0 2.4L8.5 18.6zM14 7l3 3',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12M12 9a3 3 0 1 0 0 6a3 3 0 0 0 0-6',
  flag: 'M6 21V4.5M6 5c4-2.5 7 2 12 0v9c-5 2-8-2.5-12 0',
  group: 'M9 5a3.2 3.2 0 1 0 0 6.4A3.2 3.2 0 0 0 9 5M3 19c.3-3.2 2.6-5 6-5s5.7 1.8 6 5M16 5.5a2.8 2.8 0 0 1 0 5.4M17.5 14.4c2 .6 3.3 2.2 3.5 4.6',
  info: 'M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 0 0 0-17M12 11v5M12 8h.01',
  key: 'M8 10.5a4 4 0 1 0 0 8a4 4 0 0 0 0-8M11 12l8-8M15.5 7.5l3 3',
  keyboard: 'M4.5 6.5h15A1.5 1.5 0 0 1 21 8v8a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 16V8a1.5 1.5 0 0 1 1.5-1.5M7 10.5h.01M10.3 10.5h.01M13.7 10.5h.01M17 10.5h.01M8 14h8',
  leave: 'M14 4.5H7A1.5 1.5 0 0 0 5.5 6v12A1.5 1.5 0 0 0 7 19.5h7M10.5 12H21M17 8l4 4-4 4',
  more: 'M12 5.5h.01M12 12h.01M12 18.5h.01',
  personAdd: 'M10 5a3.5 3.5 0 1 0 0 7a3.5 3.5 0 0 0 0-7M3.5 20c.4-3.5 2.7-5.4 6.5-5.4 2 0 3.6.5 4.7 1.5M18.5 14v6M15.5 17h6',
  personRemove: 'M10 5a3.5 3.5 0 1 0 0 7a3.5 3.5 0 0 0 0-7M3.5 20c.4-3.5 2.7-5.4 6.5-5.4 2 0 3.6.5 4.7 1.5M15.5 17h6',
  pin: 'M9 4h6l-.8 6 3.3 3v1.5h-11V13l3.3-3zM12 14.5V20.5',
  plus: 'M12 5v14M5 12h14',
  reply: 'M9.5 6L4 11.5 9.5 17M4.5 11.5H13a6.5 6.5 0 0 1 6.5 6.5',
  screen: 'M4.5 5h15A1.5 1.5 0 0 1 21 6.5v8a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 14.5v-8A1.5 1.5 0 0 1 4.5 5M9 20h6M12 16v4',
  search: 'M10.5 4.5a6 6 0 1 0 0 12a6 6 0 0 0 0-12M15 15l5 5',
  send: 'M5 12l-1.5-7.5L21 12 3.5 19.5zM5 12h7',
  smile: 'M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 0 0 0-17M8.5 14.2c.8 1.3 2 2 3.5 2s2.7-.7 3.5-2M9 9.8h.01M15 9.8h.01',
  thread: 'M4 5.5h16M4 10.5h11M8 15.5h12M8 20h8',
  trash: 'M4.5 7h15M9.5 7V4.5h5V7M6.5 7l.8 12.5h9.4L17.5 7M10.5 11v5M13.5 11v5',
  up: 'M12 19V6M6 11.5L12 5.5l6 6',
};

const TICKS = {
  pending: ['0 0 16 16', 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 0 0 0-11M8 5v3.2l2 1.3'],
  failed: ['0 0 16 16', 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 0 0 0-11M8 5v3.5M8 11v.01'],
  sent: ['0 0 18 16', 'M4 8.6l3.2 3.2L13.6 5'],
  delivered: ['0 0 18 16', 'M.9 8.6l3.2 3.2L10.5 5M8.3 10.9l.9.9L15.7 5'],
  read: ['0 0 18 16', 'M.9 8.6l3.2 3.2L10.5 5M8.3 10.9l.9.9L15.7 5'],
};

const LABELS = { pending: 'sending', failed: 'not sent', sent: 'sent', delivered: 'delivered', read: 'read' };
const SVG = 'http://www.w3.org/2000/svg';

function drawing(box, path, attributes) {
  const svg = document.createElementNS(SVG, 'svg');
  const line = document.createElementNS(SVG, 'path');
  line.setAttribute('d', path);
  for (const [name, value] of Object.entries({ viewBox: box, ...attributes })) svg.setAttribute(name, value);
  svg.append(line);
  return svg;
}

/** An icon that only accompanies a text or a label. */
export function icon(name) {
  return drawing('0 0 24 24', PATHS[name], { class: `icon icon-${name}`, 'aria-hidden': 'true', focusable: 'false' });
}

/** The tick of a message state, with what it means for a screen reader. */
export function tick(state) {
  const [box, path] = TICKS[state];
  return drawing(box, path, { class: `tick tick-${state}`, role: 'img', 'aria-label': LABELS[state] });
}
