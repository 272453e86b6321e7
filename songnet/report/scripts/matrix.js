// The confusion matrix of the chosen pair as a table of buttons: click, or walk by arrow keys.

const SCALE = page.shares.map(rgb);
const LESS = ["#ffffff", "#f3c27b", "#b35900"].map(rgb);
const MORE = ["#ffffff", "#6aaed6", "#0b3c73"].map(rgb);
const FAR = 8;

function mixed(stops, share) {
  const place = Math.max(0, Math.min(1, share)) * (stops.length - 1);
  const low = Math.min(Math.floor(place), stops.length - 2);
  return stops[low].map((value, channel) =>
    Math.round(value + (place - low) * (stops[low + 1][channel] - value)),
  );
}

const MEASURES = {
  counts: {
    value: (count) => count,
    colour: (count, { most }) => mixed(SCALE, most ? Math.sqrt(count / most) : 0),
    text: (count) => (count ? count.toLocaleString("en") : ""),
  },
  rows: {
    value: (count, { row }) => (row ? count / row : 0),
    colour: (share) => mixed(SCALE, share),
    text: (share) => (share ? percent(share) : ""),
  },
  columns: {
    value: (count, { column }) => (column ? count / column : 0),
    colour: (share) => mixed(SCALE, share),
    text: (share) => (share ? percent(share) : ""),
  },
  residuals: {
    value: (count, { expected }) => (expected ? (count - expected) / Math.sqrt(expected) : 0),
    colour: (value) => mixed(value < 0 ? LESS : MORE, Math.abs(value) / FAR),
    text: (value) => signed(value),
  },
};

function signed(value) {
  const text = Math.abs(value).toFixed(Math.abs(value) < 9.95 ? 1 : 0);
  return Number(text) === 0 ? "0" : `${value < 0 ? "−" : "+"}${text}`;
}

class ConfusionTable {
  constructor(table, inputs) {
    Object.assign(this, { table, measure: "counts" });
    for (const input of inputs) {
      input.addEventListener("change", () => {
        this.measure = input.value;
        this.fill();
      });
    }
    table.addEventListener("click", (event) => this.click(event));
    table.addEventListener("keydown", (event) => this.walk(event));
    table.addEventListener("focusin", (event) => this.focus(event));
    table.addEventListener("pointerover", (event) => this.tell(event));
    table.addEventListener("pointerleave", hideTip);
    onChange((changes) => {
      if ("terms" in changes && this.pair) this.mark();
    });
  }

  // The cells of named communities: what was added up would outshine them all.
  named() {
    const { rows, columns, counts } = this.pair;
    return counts.flatMap((row, r) =>
      row.filter((_, c) => rows[r].label >= 0 && columns[c].label >= 0),
    );
  }

  show(pair) {
    this.pair = pair;
    this.rowSums = pair.counts.map(total);
    this.columnSums = pair.columns.map((_, column) => total(pair.counts.map((row) => row[column])));
    this.all = total(this.rowSums);
    this.most = Math.max(1, ...this.named());
    this.table.setAttribute("aria-label", `${pair.a} (rows) with ${pair.b} (columns)`);
    const head = element("tr", {}, element("td"));
    head.append(...pair.columns.map((each, c) => this.heading(each, this.columnSums[c], "col")));
    const rows = pair.rows.map((each, r) => this.row(each, r));
    const [top, body] = [element("thead", {}, head), element("tbody", {}, ...rows)];
    this.table.replaceChildren(top, body);
    this.buttons = [...this.table.rows].map((row) =>
      [...row.cells].map((cell) => cell.querySelector("button")),
    );
    this.buttons[1][0].tabIndex = 0;
    this.fill();
    this.mark();
  }

  heading(side, songCount, scope) {
    const button = this.button();
    button.append(title(side.title), ` · ${songCount.toLocaleString("en")}`);
    return element("th", { scope }, button);
  }

  button() {
    const button = element("button", { type: "button", tabindex: -1 });
    button.append(element("i", { class: "lit", "aria-hidden": "true" }));
    return button;
  }

  row(side, row) {
    const cells = this.pair.columns.map(() => element("td", {}, this.button()));
    return element("tr", {}, this.heading(side, this.rowSums[row], "row"), ...cells);
  }

  facts(row, column) {
    const [of, on] = [this.rowSums[row], this.columnSums[column]];
    return { row: of, column: on, most: this.most, expected: (of * on) / Math.max(this.all, 1) };
  }

  fill() {
    const { value, colour, text } = MEASURES[this.measure];
    this.pair.counts.forEach((counts, row) =>
      counts.forEach((count, column) => {
        const button = this.buttons[row + 1][column + 1];
        const facts = this.facts(row, column);
        const measured = value(count, facts);
        const [red, green, blue] = colour(measured, facts);
        button.parentElement.style.background = `rgb(${red} ${green} ${blue})`;
        button.style.color = red * 0.3 + green * 0.59 + blue * 0.11 < 140 ? "#fff" : INK;
        button.replaceChildren(button.querySelector(".lit"), text(measured));
        button.setAttribute("aria-label", this.words(row, column));
      }),
    );
  }

  words(row, column) {
    const { pair } = this;
    const count = pair.counts[row][column];
    const facts = this.facts(row, column);
    return (
      `${pair.rows[row].title} and ${pair.columns[column].title}: ${plural(count, "song")}, ` +
      `${percent(MEASURES.rows.value(count, facts))} of the row, ` +
      `${percent(MEASURES.columns.value(count, facts))} of the column, ` +
      `${facts.expected.toFixed(1)} expected, ` +
      `residual ${signed(MEASURES.residuals.value(count, facts))}`
    );
  }

  mark() {
    const { pair } = this;
    const shares = litShares(pair);
    const lit = (row, column) => {
      if (row < 0) return shares.columns[column];
      return column < 0 ? shares.rows[row] : shares.cells[row][column];
    };
    this.buttons.forEach((buttons, r) =>
      buttons.forEach((button, c) => {
        if (!button) return;
        const share = shares ? lit(r - 1, c - 1) : 0;
        button.querySelector(".lit").style.width = `${100 * share}%`;
        button.dataset.lit = share.toFixed(3);
        button.classList.toggle("dim", Boolean(shares) && share === 0);
        button.setAttribute("aria-pressed", this.pressed(r - 1, c - 1));
      }),
    );
  }

  pressed(row, column) {
    const terms = termsOf(this.pair, row < 0 ? null : row, column < 0 ? null : column);
    return (
      terms.length > 0 &&
      terms.length === state.terms.length &&
      terms.every((term) => isSelected(term.partition, term.community))
    );
  }

  placeOf(node) {
    const cell = node.closest("th, td");
    return cell && cell.querySelector("button")
      ? [cell.parentElement.rowIndex - 1, cell.cellIndex - 1]
      : null;
  }

  click(event) {
    const place = this.placeOf(event.target);
    if (!place) return;
    const [row, column] = place.map((index) => (index < 0 ? null : index));
    const terms = termsOf(this.pair, row, column);
    if (terms.length) select(...terms);
    else say("These communities are too many to highlight at once");
  }

  walk(event) {
    const arrow = ARROWS[event.key];
    const place = arrow && this.placeOf(event.target);
    if (!place) return;
    event.preventDefault();
    this.buttons[place[0] + 1 + arrow[1]]?.[place[1] + 1 + arrow[0]]?.focus();
  }

  focus(event) {
    for (const button of this.table.querySelectorAll("[tabindex='0']")) button.tabIndex = -1;
    event.target.tabIndex = 0;
  }

  tell(event) {
    const place = this.placeOf(event.target);
    if (!place || Math.min(...place) < 0) return hideTip();
    showTip(event.clientX, event.clientY, title(this.words(...place)));
  }
}
