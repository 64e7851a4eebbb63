// The messages by keyboard: up and down go from one to the next, left and right to what can be pressed within one.

/**
 * Lets the keys work on the messages of a list. `deeds` are what single keys do on the message that has the focus:
 * `{key: (row, element) => ...}`.
 */
export function threadKeys(viewport, list, deeds) {
  viewport.addEventListener('keydown', (event) => {
    const element = document.activeElement?.closest?.('.message');
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const { key } = event;
    if (key === 'ArrowUp' || key === 'ArrowDown') move([...list.querySelectorAll('.message')], element, key === 'ArrowUp' ? -1 : 1);
    else if (element && (key === 'ArrowLeft' || key === 'ArrowRight')) {
      // What can be pressed in a message: the quote, links, the chips and the tools.
      const within = [element, ...element.querySelectorAll('button, a')].filter(isThere);
      move(within, document.activeElement, key === 'ArrowLeft' ? -1 : 1);
    } else if (element && document.activeElement === element && key in deeds) deeds[key](element.row, element);
    else return;
    event.preventDefault();
  });
}

const isThere = (element) => element.checkVisibility?.({ visibilityProperty: true }) ?? true;

function move(elements, from, step) {
  const at = from ? elements.indexOf(from) + step : elements.length - 1;
  elements[at]?.focus();
}
