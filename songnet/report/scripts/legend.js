// The legend of the maps: a button per community that has a colour.

class Legend {
  constructor(list) {
    this.list = list;
    onChange((changes) => {
      if ("colour" in changes) this.fill();
      if ("colour" in changes || "terms" in changes) this.mark();
    });
    this.fill();
  }

  fill() {
    const partition = partitions[state.colour];
    this.buttons = [];
    if (!partition) return;
    const front = partition.sizes.slice(0, FRONT);
    this.buttons = front.map((size, community) => this.button(community, size));
    const items = this.buttons.map((button) => element("li", {}, button));
    const rest = partition.sizes.slice(FRONT);
    if (rest.length) items.push(this.others(rest));
    const none = partition.labels.reduce((sum, label) => sum + (label < 0), 0);
    if (none) items.push(this.plain(NONE, `in no community · ${none.toLocaleString("en")}`));
    this.list.replaceChildren(...items);
  }

  button(community, size) {
    const button = element("button", { type: "button" }, swatch(lookOf(community)));
    button.append(title(communityName(state.colour, community)), ` · ${size.toLocaleString("en")}`);
    button.append(element("i", { class: "lit", "aria-hidden": "true" }));
    button.addEventListener("click", () => select({ partition: state.colour, community }));
    return button;
  }

  others(sizes) {
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const text = `other (${plural(sizes.length, "community")}) · ${total.toLocaleString("en")}`;
    return this.plain(OTHER, text);
  }

  plain(look, text) {
    return element("li", { class: "plain" }, swatch(look), text);
  }

  mark() {
    const shares = state.mask && this.buttons.length ? sharesOf(state.colour) : null;
    this.buttons.forEach((button, community) => {
      button.setAttribute("aria-pressed", isSelected(state.colour, community));
      button.classList.toggle("dim", shares?.[community] === 0);
      button.querySelector(".lit").style.width = percent(shares?.[community] ?? 0);
    });
  }
}
