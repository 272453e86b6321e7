// Which two partitions are set side by side: two lists, the grid of all, the table of scores.

class Chooser {
  constructor(section, views) {
    this.views = views;
    [this.a, this.b] = ["#side-a", "#side-b"].map((id) => section.querySelector(id));
    this.shown = section.querySelector("#pair");
    this.facts = section.querySelector("#pair-facts");
    const names = [...new Set(page.pairs.flatMap((pair) => [pair.a, pair.b]))];
    for (const list of [this.a, this.b]) {
      list.append(...names.map((name) => element("option", { value: name }, name)));
      list.addEventListener("change", () => this.choose(this.a.value, this.b.value, list));
    }
    for (const link of document.querySelectorAll("[data-a][data-b]")) {
      link.addEventListener("click", () => this.choose(link.dataset.a, link.dataset.b));
    }
    const { a, b } = page.pairs[state.pair];
    this.choose(a, b);
  }

  // Where both are the same, the other list moves on.
  choose(a, b, changed = null) {
    if (a === b) {
      const other = page.pairs.find((pair) => pair.a === a || pair.b === a);
      const partner = other.a === a ? other.b : other.a;
      return changed === this.a ? this.choose(a, partner) : this.choose(partner, b);
    }
    [this.a.value, this.b.value] = [a, b];
    const pair = pairOf(a, b);
    this.shown.hidden = !pair;
    this.facts.textContent = pair ? pair.facts : "These two share no song, so nothing is compared.";
    if (pair) for (const view of this.views) view.show(pair);
  }
}
