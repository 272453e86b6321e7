// A map on a canvas: zoom, pan, hover, arrow keys; a click selects the community of a song.

const REACH = 14;
const STEP = 1.5;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

class SongMap {
  constructor(figure) {
    this.figure = figure;
    this.given = page.maps[figure.dataset.map];
    this.canvas = figure.querySelector("canvas");
    this.ring = figure.querySelector(".ring");
    this.context = this.canvas.getContext("2d");
    this.clouds = new Map();
    this.view = new View();
    this.method = 0;
    this.seen = false;
    this.pointers = new Map();
    this.listen();
  }

  listen() {
    new ResizeObserver(() => this.refit()).observe(this.canvas);
    new IntersectionObserver(([entry]) => {
      this.seen = entry.isIntersecting;
      if (this.seen) this.refit();
    }).observe(this.canvas);
    for (const input of this.figure.querySelectorAll("input[type=radio]")) {
      input.addEventListener("change", () => this.choose(Number(input.value)));
    }
    for (const button of this.figure.querySelectorAll("[data-zoom]")) {
      button.addEventListener("click", () => this.ready() && this.zoomBy(button.dataset.zoom));
    }
    for (const kind of ["pointerdown", "pointermove", "pointerup", "pointercancel", "pointerleave"]) {
      this.canvas.addEventListener(kind, (event) => this.ready() && this[kind](event));
    }
    const wheel = (event) => this.ready() && this.wheel(event);
    this.canvas.addEventListener("wheel", wheel, { passive: false });
    this.canvas.addEventListener("keydown", (event) => this.ready() && this.keydown(event));
    this.canvas.addEventListener("blur", hideTip);
    onChange((changes) => this.changed(changes));
  }

  // Keys and pointers may come before the browser has said that the map is in sight.
  ready() {
    if (!this.view.cloud) {
      this.seen = true;
      this.refit();
    }
    return Boolean(this.view.cloud);
  }

  get cloud() {
    const made = this.clouds.get(this.method) ?? new Cloud(this.given.views[this.method]);
    this.clouds.set(this.method, made);
    return made;
  }

  choose(method) {
    this.method = method;
    this.view.reset();
    this.figure.querySelector("figcaption").textContent = this.given.views[method].reading;
    this.refit();
  }

  refit() {
    if (!this.seen || !this.canvas.clientWidth) return;
    const { clientWidth, clientHeight } = this.canvas;
    this.ratio = Math.min(2, devicePixelRatio || 1);
    const size = [clientWidth, clientHeight].map((side) => Math.round(side * this.ratio));
    if (size[0] !== this.canvas.width || size[1] !== this.canvas.height) {
      [this.canvas.width, this.canvas.height] = size;
    }
    this.view.fit(this.cloud, clientWidth, clientHeight);
    this.draw();
  }

  // At most once a frame, and only what can be seen.
  redraw() {
    if (this.frame || !this.seen) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      if (this.view.cloud) this.draw();
    });
  }

  draw() {
    const radius = radiusFor(this.cloud.count, this.view.zoom);
    paint(this.context, this.view, new Stamps(radius, this.ratio));
    this.canvas.style.touchAction = this.view.zoom > 1 ? "none" : "pan-y";
    this.moveRing();
    this.describe();
  }

  describe() {
    const shown = state.mask ? this.cloud.songs.reduce((sum, song) => sum + state.mask[song], 0) : 0;
    const lit = state.mask ? `, ${plural(shown, "song")} highlighted` : "";
    const { method } = this.given.views[this.method];
    const coloured = partitions[state.colour] ? ` coloured by ${partitions[state.colour].name}` : "";
    this.canvas.setAttribute(
      "aria-label",
      `${method} of ${this.given.encoder}: ${plural(this.cloud.count, "song")}${coloured}${lit}`,
    );
    this.canvas.dataset.highlighted = shown;
  }

  changed(changes) {
    if (!this.view.cloud) return;
    if ("colour" in changes || "terms" in changes) this.redraw();
    if ("song" in changes) this.moveRing();
  }

  moveRing() {
    const point = state.song >= 0 ? this.cloud.places[state.song] : -1;
    const [x, y] = point >= 0 ? this.view.place(point) : [-1, -1];
    this.ring.hidden = x < 0 || y < 0 || x > this.view.width || y > this.view.height;
    this.ring.style.transform = `translate(${x}px, ${y}px)`;
  }

  songAt(event) {
    if (!this.view.cloud) return -1;
    const point = this.view.nearest(event.offsetX, event.offsetY, REACH);
    return point < 0 ? -1 : this.cloud.songs[point];
  }

  pointerdown(event) {
    this.pointers.set(event.pointerId, [event.offsetX, event.offsetY]);
    this.canvas.setPointerCapture(event.pointerId);
    this.moved = 0;
  }

  pointermove(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return this.hover(event);
    const now = [event.offsetX, event.offsetY];
    const [x, y] = [now[0] - before[0], now[1] - before[1]];
    this.moved += Math.hypot(x, y);
    if (this.pointers.size === 2) this.pinch(event.pointerId, before, now);
    else if (this.moved > 4) this.view.pan(x, y);
    this.pointers.set(event.pointerId, now);
    if (this.moved > 4) hideTip();
    this.redraw();
  }

  pinch(pointer, before, now) {
    const [other] = [...this.pointers].filter(([id]) => id !== pointer).map(([, place]) => place);
    const distance = (place) => Math.max(1, Math.hypot(place[0] - other[0], place[1] - other[1]));
    this.view.zoomAt(other[0], other[1], distance(now) / distance(before));
  }

  pointerup(event) {
    const clicked = this.pointers.size === 1 && this.moved <= 4;
    this.pointers.delete(event.pointerId);
    if (!clicked) return;
    const song = this.songAt(event);
    if (song >= 0) this.hover(event);
    this.selectCommunityOf(song);
  }

  pointercancel(event) {
    this.pointers.delete(event.pointerId);
  }

  pointerleave(event) {
    if (this.pointers.has(event.pointerId)) return;
    hideTip();
    if (state.song !== state.pinned) change({ song: state.pinned });
  }

  hover(event) {
    const song = this.songAt(event);
    this.canvas.classList.toggle("on-song", song >= 0);
    if (song >= 0) showTip(event.clientX, event.clientY, ...songLines(song));
    else hideTip();
    const pointed = song >= 0 ? song : state.pinned;
    if (pointed !== state.song) change({ song: pointed });
  }

  selectCommunityOf(song) {
    const labels = partitions[state.colour]?.labels;
    if (song < 0 || !labels) return;
    if (labels[song] >= 0) select({ partition: state.colour, community: labels[song] });
    else say(`${songs.title(song)} is in no community of ${partitions[state.colour].name}`);
  }

  wheel(event) {
    if (!event.ctrlKey && document.activeElement !== this.canvas) return;
    event.preventDefault();
    this.view.zoomAt(event.offsetX, event.offsetY, Math.exp(-event.deltaY / 300));
    this.redraw();
  }

  zoomBy(how) {
    const { width, height } = this.view;
    if (how === "reset") this.view.reset();
    else this.view.zoomAt(width / 2, height / 2, how === "in" ? STEP : 1 / STEP);
    this.redraw();
  }

  keydown(event) {
    const arrow = ARROWS[event.key];
    if (arrow && event.shiftKey) this.view.pan(-40 * arrow[0], -40 * arrow[1]);
    else if (arrow) this.walk(...arrow);
    else if (event.key === "+" || event.key === "=") this.zoomBy("in");
    else if (event.key === "-") this.zoomBy("out");
    else if (event.key === "0") this.zoomBy("reset");
    else if (event.key === "Enter" || event.key === " ") this.selectCommunityOf(state.song);
    else return;
    event.preventDefault();
    this.redraw();
  }

  walk(right, down) {
    const { cloud, view } = this;
    const start = state.song >= 0 ? cloud.places[state.song] : -1;
    const central = () => view.nearest(view.width / 2, view.height / 2, view.width);
    const point = start >= 0 ? cloud.toward(start, right, down) : central();
    if (point < 0) return;
    view.show(point);
    const song = cloud.songs[point];
    change({ song, pinned: song });
    const [x, y] = view.place(point);
    const box = this.canvas.getBoundingClientRect();
    showTip(box.left + x, box.top + y, ...songLines(song));
    say(songText(song));
  }
}
