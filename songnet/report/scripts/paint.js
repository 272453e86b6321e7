// Drawing points: small pictures of each look, stamped where points are.

const FADED = NONE + 1;
const INK = "#22262e";

// The look of every song under the partition that colours.
const looks = new Uint8Array(songs.count);

function colourSongs() {
  const labels = partitions[state.colour]?.labels;
  for (let song = 0; song < songs.count; song++) looks[song] = labels ? lookOf(labels[song]) : OTHER;
}

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
    const [colour, shape] = look === FADED ? ["#dcdfe4", "o"] : LOOKS[look];
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

// Two passes, so that what matters lies on top.
function paint(context, view, stamps) {
  const { cloud, left, top, scale, width, height } = view;
  const { ratio } = stamps;
  context.clearRect(0, 0, width * ratio, height * ratio);
  for (const front of [false, true]) {
    for (let point = 0; point < cloud.count; point++) {
      const song = cloud.songs[point];
      const isFront = state.mask ? state.mask[song] === 1 : looks[song] < OTHER;
      if (isFront !== front) continue;
      const x = left + scale * cloud.x[point];
      const y = top + scale * cloud.y[point];
      if (x < -9 || y < -9 || x > width + 9 || y > height + 9) continue;
      const look = state.mask && !isFront ? FADED : looks[song];
      const { canvas, middle } = stamps.of(look, Boolean(state.mask && isFront));
      context.drawImage(canvas, Math.round(x * ratio) - middle, Math.round(y * ratio) - middle);
    }
  }
}
