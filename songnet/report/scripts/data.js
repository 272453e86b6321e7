// What the page knows: songs, partitions, maps and pairs, unpacked from its JSON.

const page = JSON.parse(document.getElementById("data").textContent);

const KINDS = { Int16: Int16Array, Int32: Int32Array, Uint16: Uint16Array };

function unpacked({ kind, bytes }) {
  const text = atob(bytes);
  const raw = new Uint8Array(text.length);
  for (let place = 0; place < text.length; place++) raw[place] = text.charCodeAt(place);
  return new KINDS[kind](raw.buffer);
}

const songs = {
  count: page.songs.titles.length,
  artist: unpacked(page.songs.artist),
  title: (song) => page.songs.titles[song],
  by: (song) => page.songs.artists[songs.artist[song]] ?? "",
};

const partitions = page.partitions.map((given) => ({ ...given, labels: unpacked(given.labels) }));

function partitionCalled(name) {
  return partitions.findIndex((partition) => partition.name === name);
}

function communityName(partition, community) {
  return partitions[partition].titles[community] || `community ${community}`;
}

// The looks of communities: a colour and a shape each; then of the others, and of songs in none.
const FRONT = page.looks.length;
const OTHER = FRONT;
const NONE = FRONT + 1;
const LOOKS = [...page.looks, [page.grey, "o"], [page.faint, "o"]];

function lookOf(community) {
  if (community < 0) return NONE;
  return Math.min(community, OTHER);
}

function plural(number, noun) {
  const many = noun.endsWith("y") ? `${noun.slice(0, -1)}ies` : `${noun}s`;
  return `${number.toLocaleString("en")} ${number === 1 ? noun : many}`;
}

function percent(share) {
  return `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;
}

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// A title from anywhere, kept from turning what stands around it.
function title(text) {
  return element("bdi", {}, text);
}

function drawn(name, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function rgb(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

function swatch(look) {
  const [colour, shape] = LOOKS[look];
  const mark =
    shape === "^"
      ? drawn("path", { d: "M6 1 11 11H1Z", fill: colour })
      : drawn("circle", { cx: 6, cy: 6, r: 5, fill: colour });
  return drawn("svg", { viewBox: "0 0 12 12", class: "swatch", "aria-hidden": "true" }, mark);
}
