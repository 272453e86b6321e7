// Drawing points: small pictures of each look, stamped where points are.

const FADED = NONE + 1;
const FAINT = "#dcdfe4";
const INK = "#22262e";

// The look of every song under the partition that colours.
const looks = new Uint8Array(songs.count);

function colourSongs() {
  const labels = partitions[state.colour]?.labels;
  for (let song = 0; song < songs.count; song++) looks[song] = labels ? lookOf(labels[song]) : OTHER;
}

// Looks as pixels: alpha, blue, green, red.
const INKS = Uint32Array.from([...LOOKS.map(([colour]) => colour), FAINT], (colour) => {
  const [red, green, blue] = rgb(colour);
  return (255 << 24) | (blue << 16) | (green << 8) | red;
});

function radiusFor(count, zoom) {
  const radius = 4.5 * Math.min(1, (300 / Math.max(count, 1)) ** 0.25);
  return Math.max(1.25, radius) * Math.min(2.2, zoom ** 0.25);
}

class Stamps {
  constructor(radius, ratio) {
    Object.assign(this, { radius, ratio, made: new Map() });
  }

  of(look, ringed) {
    const key = 2 * look + ringed;
    if (!this.made.has(key)) this.made.set(key, this.make(look, ringed));
    return this.made.get(key);
  }

  make(look, ringed) {
    const [colour, shape] = look === FADED ? [FAINT, "o"] : LOOKS[look];
    const radius = this.radius * this.ratio * (ringed ? 1.35 : look >= OTHER ? 0.8 : 1);
    const middle = Math.ceil(radius) + 1;
    const canvas = element("canvas", { width: 2 * middle, height: 2 * middle });
    const context = canvas.getContext("2d");
    context.beginPath();
    if (shape === "^") {
      context.moveTo(middle, middle - radius);
      context.lineTo(middle + radius, middle + 0.85 * radius);
      context.lineTo(middle - radius, middle + 0.85 * radius);
      context.closePath();
    } else {
      context.arc(middle, middle, radius, 0, 2 * Math.PI);
    }
    context.fillStyle = colour;
    context.fill();
    if (ringed) {
      context.strokeStyle = INK;
      context.lineWidth = Math.min(this.ratio, radius / 2);
      context.stroke();
    }
    return { canvas, middle };
  }
}

// Above so many points in sight, each is a few pixels written straight into a picture: stamping
// 50,000 of them takes ten times as long, and no shape can be told at that size.
const DENSE = 4000;

function paint(context, view, stamps) {
  const { ratio } = stamps;
  context.clearRect(0, 0, view.width * ratio, view.height * ratio);
  const [back, front] = layers(view);
  const frontDense = front.length > DENSE;
  const backDense = frontDense || back.length > DENSE;
  const dense = [...(backDense ? [back] : []), ...(frontDense ? [front] : [])];
  if (dense.length) paintDots(context, view, stamps, dense);
  if (!backDense) stampPoints(context, view, stamps, back);
  if (!frontDense) stampPoints(context, view, stamps, front);
}

// The points in sight: what lies behind, and what matters.
function layers({ cloud, left, top, scale, width, height }) {
  const found = [[], []];
  for (let point = 0; point < cloud.count; point++) {
    const x = left + scale * cloud.x[point];
    const y = top + scale * cloud.y[point];
    if (x < -9 || y < -9 || x > width + 9 || y > height + 9) continue;
    const song = cloud.songs[point];
    found[Number(state.mask ? state.mask[song] === 1 : looks[song] < OTHER)].push(point);
  }
  return found;
}

function lookNow(song) {
  return state.mask && !state.mask[song] ? FADED : looks[song];
}

function stampPoints(context, { cloud, left, top, scale }, stamps, points) {
  for (const point of points) {
    const song = cloud.songs[point];
    const { canvas, middle } = stamps.of(lookNow(song), Boolean(state.mask?.[song]));
    const x = Math.round((left + scale * cloud.x[point]) * stamps.ratio) - middle;
    const y = Math.round((top + scale * cloud.y[point]) * stamps.ratio) - middle;
    context.drawImage(canvas, x, y);
  }
}

function paintDots(context, { cloud, left, top, scale }, { radius, ratio }, lists) {
  const { width, height } = context.canvas;
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const side = Math.max(2, Math.round(1.7 * radius * ratio));
  for (const points of lists) {
    for (const point of points) {
      const x = Math.round((left + scale * cloud.x[point]) * ratio - side / 2);
      const y = Math.round((top + scale * cloud.y[point]) * ratio - side / 2);
      const colour = INKS[lookNow(cloud.songs[point])];
      for (let row = Math.max(0, y); row < Math.min(height, y + side); row++) {
        const start = row * width;
        pixels.fill(colour, start + Math.max(0, x), start + Math.max(0, Math.min(width, x + side)));
      }
    }
  }
  context.putImageData(image, 0, 0);
}
