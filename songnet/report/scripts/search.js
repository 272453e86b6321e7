// Looking a song up by title or artist: a combobox over all songs of the page.

const FOUND = 8;

class Search {
  constructor(input, list) {
    Object.assign(this, { input, list, found: [], active: -1 });
    input.addEventListener("input", () => this.look());
    input.addEventListener("keydown", (event) => this.keydown(event));
    input.addEventListener("blur", () => this.close());
    list.addEventListener("pointerdown", (event) => this.pick(event));
    onChange((changes) => {
      if (changes.pinned === -1) input.value = "";
    });
  }

  get texts() {
    this.lower ??= page.songs.titles.map((each, song) => `${each} ${songs.by(song)}`.toLowerCase());
    return this.lower;
  }

  look() {
    const wanted = this.input.value.trim().toLowerCase();
    this.found = [];
    for (let song = 0; wanted && song < songs.count && this.found.length < FOUND; song++) {
      if (this.texts[song].includes(wanted)) this.found.push(song);
    }
    this.active = this.found.length ? 0 : -1;
    this.show(wanted);
  }

  show(wanted) {
    this.list.replaceChildren(...this.found.map((song, place) => this.option(song, place)));
    if (wanted && !this.found.length) {
      this.list.append(element("li", { class: "none" }, "No song is called so"));
    }
    this.list.hidden = !wanted;
    this.input.setAttribute("aria-expanded", Boolean(this.found.length));
    if (this.active >= 0) this.input.setAttribute("aria-activedescendant", `found-${this.active}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  option(song, place) {
    const given = { role: "option", id: `found-${place}`, "aria-selected": place === this.active };
    const item = element("li", given, title(songs.title(song)));
    if (songs.by(song)) item.append(element("span", { class: "by", dir: "auto" }, songs.by(song)));
    return item;
  }

  keydown(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.found.length) {
      this.active = (this.active + step + this.found.length) % this.found.length;
      this.show(true);
    } else if (event.key === "Enter" && this.active >= 0) {
      this.choose(this.found[this.active]);
    } else if (event.key === "Escape" && !this.list.hidden) {
      this.close();
    } else return;
    event.preventDefault();
  }

  pick(event) {
    const place = [...this.list.children].indexOf(event.target.closest("[role=option]"));
    event.preventDefault();
    if (place >= 0) this.choose(this.found[place]);
  }

  choose(song) {
    this.input.value = songs.title(song);
    this.close();
    change({ song, pinned: song });
    say(songText(song));
  }

  close() {
    this.list.hidden = true;
    this.found = [];
    this.active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}
