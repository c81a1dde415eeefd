/** Names that mean something else in every browser: a generated type of that name hides it, or is hidden. */
const TAKEN = new Set(
  `Array Attr Blob Boolean CacheStorage Client Clients Comment Date Document Element Error Event File FormData Function
  Headers History Location Map Match Navigator Node Notification Number Object Option Plugin Position Promise Range
  Record Request Response Selection Set Storage String Symbol Text Window Worker`.split(/\s+/),
);

export default function conflictsWithBrowser(name) {
  return TAKEN.has(name) ? [{ message: `${name} is a name of every browser` }] : [];
}
