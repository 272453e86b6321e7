// One state for the whole page. Figures listen to it and never to each other.
//
// `terms` select songs: those in every named community. `song` is the one that is pointed at,
// `pinned` the one that stays so, `colour` the partition that colours maps, `pair` what is compared.

const state = {
  colour: page.start.colour,
  pair: page.start.pair,
  terms: [],
  mask: null,
  chosen: 0,
  song: -1,
  pinned: -1,
};
const listeners = [];

function onChange(listener) {
  listeners.push(listener);
}

function change(changes) {
  Object.assign(state, changes);
  if ("terms" in changes) applyTerms();
  for (const listener of listeners) listener(changes);
}

function applyTerms() {
  state.chosen = 0;
  state.mask = state.terms.length ? new Uint8Array(songs.count) : null;
  if (!state.mask) return;
  const tests = state.terms.map((term) => [partitions[term.partition].labels, term.community]);
  for (let song = 0; song < songs.count; song++) {
    if (tests.every(([labels, community]) => labels[song] === community)) {
      state.mask[song] = 1;
      state.chosen++;
    }
  }
}

// Selects songs; the same selection a second time clears it.
function select(...terms) {
  const same = JSON.stringify(terms) === JSON.stringify(state.terms);
  change({ terms: same ? [] : terms });
  say(state.terms.length ? `Highlighted: ${selectionText()}` : "Nothing is highlighted");
}

function isSelected(partition, community) {
  return state.terms.some((t) => t.partition === partition && t.community === community);
}

function selectionText() {
  const parts = state.terms.map(
    (term) =>
      `${communityName(term.partition, term.community)} (${partitions[term.partition].name})`,
  );
  return `${plural(state.chosen, "song")} of ${parts.join(" and ")}`;
}

// For every community of a partition, the share of its songs that are selected.
function sharesOf(partition) {
  const { labels, sizes } = partitions[partition];
  const all = new Float64Array(sizes.length);
  const lit = new Float64Array(sizes.length);
  for (let song = 0; song < songs.count; song++) {
    if (labels[song] < 0) continue;
    all[labels[song]]++;
    lit[labels[song]] += state.mask[song];
  }
  return lit.map((number, community) => (all[community] ? number / all[community] : 0));
}

const spoken = document.getElementById("said");

function say(text) {
  spoken.textContent = text;
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  hideTip();
  if (state.terms.length || state.pinned >= 0) {
    change({ terms: [], song: -1, pinned: -1 });
    say("Nothing is highlighted");
  }
});
