// What part of a map is seen: where a point of the unit square lies on the canvas, and back.

const MARGIN = 16;
const CLOSEST = 200;

class View {
  constructor() {
    this.zoom = 1;
    this.panX = 0;
    this.panY = 0;
    this.width = this.height = 1;
  }

  fit(cloud, width, height) {
    Object.assign(this, { cloud, width, height });
    const across = (width - 2 * MARGIN) / Math.max(cloud.wide, 1e-6);
    const down = (height - 2 * MARGIN) / Math.max(cloud.high, 1e-6);
    this.base = Math.max(1, Math.min(across, down));
    this.keepInSight();
  }

  get scale() {
    return this.base * this.zoom;
  }

  // x and y on the canvas are `left + scale * x` and `top + scale * y`.
  get left() {
    return this.width / 2 + this.panX - (this.scale * this.cloud.wide) / 2;
  }

  get top() {
    return this.height / 2 + this.panY - (this.scale * this.cloud.high) / 2;
  }

  place(point) {
    const { x, y } = this.cloud;
    return [this.left + this.scale * x[point], this.top + this.scale * y[point]];
  }

  nearest(px, py, reach) {
    const { left, top, scale } = this;
    return this.cloud.nearest((px - left) / scale, (py - top) / scale, reach / scale);
  }

  zoomAt(px, py, factor) {
    const zoom = Math.max(1, Math.min(CLOSEST, this.zoom * factor));
    const ratio = zoom / this.zoom;
    const fromCentre = [px - this.width / 2, py - this.height / 2];
    this.panX = fromCentre[0] + ratio * (this.panX - fromCentre[0]);
    this.panY = fromCentre[1] + ratio * (this.panY - fromCentre[1]);
    this.zoom = zoom;
    this.keepInSight();
  }

  pan(x, y) {
    this.panX += x;
    this.panY += y;
    this.keepInSight();
  }

  reset() {
    this.zoom = 1;
    this.panX = this.panY = 0;
  }

  show(point) {
    const [x, y] = this.place(point);
    if (x >= 0 && y >= 0 && x <= this.width && y <= this.height) return;
    this.pan(this.width / 2 - x, this.height / 2 - y);
  }

  keepInSight() {
    if (this.zoom === 1) this.panX = this.panY = 0;
    const limit = (this.scale * Math.max(this.cloud.wide, this.cloud.high)) / 2;
    this.panX = Math.max(-limit, Math.min(limit, this.panX));
    this.panY = Math.max(-limit, Math.min(limit, this.panY));
  }
}
