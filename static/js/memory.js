// What this browser keeps for the page, and sends to nobody.

/** What is kept under `key`; `otherwise` where there is nothing, or the browser keeps nothing. */
export function recall(key, otherwise) {
  try {
    return JSON.parse(window.localStorage.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** Keep `value` under `key`, where the browser lets the page; null removes it. */
export function store(key, value) {
  try {
    if (value === null) window.localStorage.removeItem(key);
    else window.localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Private windows and full stores: the page works without.
  }
}
