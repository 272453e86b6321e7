// Points of a map, with a grid over them so that the one under the pointer is found at once.

const STEPS = 65535;
const PER_CELL = 2;
const FINEST = 512;

class Cloud {
  constructor({ points, rows, wide, high }) {
    const packed = unpacked(points);
    this.count = packed.length / 2;
    this.x = new Float32Array(this.count);
    this.y = new Float32Array(this.count);
    for (let point = 0; point < this.count; point++) {
      this.x[point] = packed[2 * point] / STEPS;
      this.y[point] = packed[2 * point + 1] / STEPS;
    }
    this.songs = rows ? unpacked(rows) : Int32Array.from({ length: this.count }, (_, n) => n);
    this.wide = wide;
    this.high = high;
    this.places = new Int32Array(songs.count).fill(-1);
    this.songs.forEach((song, point) => (this.places[song] = point));
    this.index();
  }

  index() {
    this.side = Math.max(1, Math.min(FINEST, Math.ceil(Math.sqrt(this.count / PER_CELL))));
    const starts = new Int32Array(this.side * this.side + 1);
    const cells = new Int32Array(this.count);
    for (let point = 0; point < this.count; point++) {
      cells[point] = this.line(this.y[point]) * this.side + this.line(this.x[point]);
      starts[cells[point] + 1]++;
    }
    for (let cell = 1; cell < starts.length; cell++) starts[cell] += starts[cell - 1];
    const next = starts.slice();
    this.order = new Int32Array(this.count);
    for (let point = 0; point < this.count; point++) this.order[next[cells[point]]++] = point;
    this.starts = starts;
  }

  line(coordinate) {
    return Math.max(0, Math.min(this.side - 1, Math.floor(coordinate * this.side)));
  }

  // The point nearest to a place, at most `reach` away; -1 where there is none.
  nearest(x, y, reach) {
    let best = -1;
    let least = reach * reach;
    for (let row = this.line(y - reach); row <= this.line(y + reach); row++) {
      const first = this.starts[row * this.side + this.line(x - reach)];
      const last = this.starts[row * this.side + this.line(x + reach) + 1];
      for (let place = first; place < last; place++) {
        const point = this.order[place];
        const distance = (this.x[point] - x) ** 2 + (this.y[point] - y) ** 2;
        if (distance <= least) [best, least] = [point, distance];
      }
    }
    return best;
  }

  // The next point from `start` in a direction, within 45 degrees of it; -1 where there is none.
  toward(start, right, down) {
    let best = -1;
    let least = Infinity;
    for (let point = 0; point < this.count; point++) {
      const x = this.x[point] - this.x[start];
      const y = this.y[point] - this.y[start];
      const along = x * right + y * down;
      const aside = Math.abs(x * down) + Math.abs(y * right);
      if (along <= 0 || aside > along) continue;
      const cost = along + 2 * aside;
      if (cost < least) [best, least] = [point, cost];
    }
    return best;
  }
}
