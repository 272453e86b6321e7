// The bar over the figures: which partition colours, what is highlighted, which song was found.

class Toolbar {
  constructor(bar) {
    this.colour = bar.querySelector("#colour");
    this.chip = bar.querySelector("#highlighted");
    this.card = bar.querySelector("#song");
    this.fillColours();
    this.chip.addEventListener("click", () => change({ terms: [] }));
    onChange((changes) => {
      if ("colour" in changes) this.colour.value = state.colour;
      if ("terms" in changes) this.showSelection();
      if ("pinned" in changes) this.showSong();
      if ("terms" in changes) this.markSong();
    });
  }

  fillColours() {
    this.colour.append(
      ...partitions.map(({ name }, index) => element("option", { value: index }, name)),
    );
    this.colour.value = state.colour;
    this.colour.addEventListener("change", () => change({ colour: Number(this.colour.value) }));
  }

  showSelection() {
    this.chip.hidden = !state.terms.length;
    const close = element("span", { "aria-hidden": "true" }, " ×");
    this.chip.replaceChildren(title(state.terms.length ? selectionText() : ""), close);
  }

  showSong() {
    const song = state.pinned;
    this.card.hidden = song < 0;
    this.where = song < 0 ? [] : communitiesOf(song).slice(0, TOLD);
    if (song < 0) return this.card.replaceChildren();
    const by = songs.by(song) ? [" – ", title(songs.by(song))] : [];
    const name = element("p", {}, element("strong", {}, title(songs.title(song))), ...by);
    this.buttons = this.where.map(([partition, community]) => this.button(partition, community));
    this.card.replaceChildren(name, ...this.buttons);
    this.markSong();
  }

  button(partition, community) {
    const name = element("small", {}, partitions[partition].name, " ");
    const button = element("button", { type: "button" }, name, swatch(lookOf(community)));
    button.append(title(communityName(partition, community)));
    button.addEventListener("click", () => select({ partition, community }));
    return button;
  }

  markSong() {
    this.where?.forEach(([partition, community], place) => {
      this.buttons[place].setAttribute("aria-pressed", isSelected(partition, community));
    });
  }
}
