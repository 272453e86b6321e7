// A flow between the chosen pair: bands as wide as the songs that two communities share.

const BROAD = 760;
const NODE = 12;
const SIDE = 200;
const GAP = 8;
// Of every node, however few its songs, so that names do not stand on each other.
const LEAST = 6;
const EDGE = 8;
const NODES = 12;
const NAME = 26;

function cut(text) {
  const letters = [...text];
  return letters.length <= NAME ? text : `${letters.slice(0, NAME - 1).join("")}…`;
}

// Where each node begins, from the top down.
function stacked(sizes, perSong) {
  let y = EDGE;
  return sizes.map((size) => {
    const start = y;
    y += Math.max(size * perSong, LEAST) + GAP;
    return start;
  });
}

function ribbon(x0, x1, from, to, width) {
  const middle = (x0 + x1) / 2;
  return (
    `M${x0} ${from}C${middle} ${from} ${middle} ${to} ${x1} ${to}V${to + width}` +
    `C${middle} ${to + width} ${middle} ${from + width} ${x0} ${from + width}Z`
  );
}

class Flow {
  constructor(svg) {
    this.svg = svg;
    svg.addEventListener("pointerover", (event) => this.tell(event));
    svg.addEventListener("pointerleave", hideTip);
    svg.addEventListener("click", (event) => this.press(event));
    svg.addEventListener("keydown", (event) => this.keydown(event));
    onChange((changes) => {
      if ("terms" in changes && this.pair) this.mark();
    });
  }

  show(whole) {
    const pair = foldedPair(whole, NODES);
    this.pair = pair;
    const rows = pair.counts.map(total);
    const columns = pair.columns.map((_, c) => total(pair.counts.map((row) => row[c])));
    const nodes = Math.max(rows.length, columns.length);
    const height = 90 + 30 * nodes;
    const perSong = (height - GAP * (nodes - 1) - LEAST * nodes - 2 * EDGE) / Math.max(total(rows), 1);
    this.svg.setAttribute("viewBox", `0 0 ${BROAD} ${height}`);
    this.svg.setAttribute("aria-label", `Songs of ${pair.a} (left) in ${pair.b} (right)`);
    const starts = [stacked(rows, perSong), stacked(columns, perSong)];
    const bands = this.bands(starts, perSong);
    this.nodes = [
      ...rows.map((size, r) => this.node([r, null], pair.rows[r], starts[0][r], size, perSong)),
      ...columns.map((size, c) => this.node([null, c], pair.columns[c], starts[1][c], size, perSong)),
    ];
    this.svg.replaceChildren(...bands.map((band) => band.group), ...this.nodes.map((n) => n.group));
    this.nodes[0].group.setAttribute("tabindex", 0);
    this.drawn = [...bands, ...this.nodes];
    this.mark();
  }

  bands(starts, perSong) {
    const [left, right] = starts.map((side) => [...side]);
    const bands = [];
    this.pair.counts.forEach((counts, row) =>
      counts.forEach((count, column) => {
        if (!count) return;
        const width = count * perSong;
        bands.push(this.band(row, column, count, [left[row], right[column], width]));
        left[row] += width;
        right[column] += width;
      }),
    );
    return bands;
  }

  band(row, column, count, [from, to, width]) {
    const look = this.pair.rows[row].label < 0 ? OTHER : lookOf(this.pair.rows[row].label);
    const [x0, x1] = [SIDE + NODE, BROAD - SIDE - NODE];
    const base = drawn("path", { d: ribbon(x0, x1, from, to, width), fill: LOOKS[look][0] });
    const lit = drawn("path", { class: "lit", fill: LOOKS[look][0] });
    const group = drawn("g", { class: "band" }, base, lit);
    const words = `${this.pair.rows[row].title} and ${this.pair.columns[column].title}: ${plural(count, "song")}`;
    const light = (share) => lit.setAttribute("d", ribbon(x0, x1, from, to, width * share));
    return { group, place: [row, column], words, light };
  }

  node([row, column], side, start, size, perSong) {
    const isLeft = column === null;
    const x = isLeft ? SIDE : BROAD - SIDE - NODE;
    const height = Math.max(size * perSong, 1);
    const look = isLeft && side.label >= 0 ? lookOf(side.label) : OTHER;
    const fill = isLeft ? LOOKS[look][0] : "#7b828d";
    const place = { x, y: start, width: NODE, height, fill };
    const lit = drawn("rect", { ...place, class: "lit", x: isLeft ? x - 4 : x + NODE, width: 4 });
    const label = drawn(
      "text",
      { x: isLeft ? x - 8 : x + NODE + 8, y: start + height / 2, "text-anchor": isLeft ? "end" : "start" },
      `\u2068${cut(side.title)}\u2069`,
    );
    const words = `${side.title}: ${plural(size, "song")}`;
    const group = drawn(
      "g",
      { class: "node", role: "button", tabindex: -1, "aria-label": words },
      drawn("rect", place),
      lit,
      label,
    );
    const light = (share) => lit.setAttribute("height", height * share);
    return { group, place: [row, column], words, light };
  }

  mark() {
    const shares = litShares(this.pair);
    for (const { group, place, light } of this.drawn) {
      const share = shares ? this.shareAt(shares, ...place) : 0;
      light(share);
      group.dataset.lit = share.toFixed(3);
      group.classList.toggle("dim", Boolean(shares) && share === 0);
      if (place.includes(null)) {
        const terms = termsOf(this.pair, ...place);
        const chosen = terms.length && isSelected(terms[0].partition, terms[0].community);
        group.setAttribute("aria-pressed", Boolean(chosen));
      }
    }
    this.svg.classList.toggle("selecting", Boolean(shares));
  }

  shareAt(shares, row, column) {
    if (row === null) return shares.columns[column];
    return column === null ? shares.rows[row] : shares.cells[row][column];
  }

  at(event) {
    const group = event.target.closest("g");
    return this.drawn?.find((each) => each.group === group);
  }

  press(event) {
    const found = this.at(event);
    const terms = found ? termsOf(this.pair, ...found.place) : [];
    if (terms.length) select(...terms);
  }

  keydown(event) {
    const found = this.at(event);
    if (!found) return;
    if (event.key === "Enter" || event.key === " ") this.press(event);
    else if (ARROWS[event.key]) this.walk(found, ARROWS[event.key]);
    else return;
    event.preventDefault();
  }

  // Up and down along a side, left and right across.
  walk(found, [right, down]) {
    const high = this.pair.rows.length;
    const here = this.nodes.indexOf(found);
    const isLeft = here < high;
    const row = isLeft ? here : here - high;
    const toLeft = right ? right < 0 : isLeft;
    const length = toLeft ? high : this.pair.columns.length;
    const next = Math.max(0, Math.min(length - 1, row + down));
    found.group.setAttribute("tabindex", -1);
    const { group } = this.nodes[toLeft ? next : high + next];
    group.setAttribute("tabindex", 0);
    group.focus();
  }

  tell(event) {
    const found = this.at(event);
    if (found) showTip(event.clientX, event.clientY, title(found.words));
    else hideTip();
  }
}
