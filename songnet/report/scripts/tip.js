// The one tooltip: it follows the pointer, and never catches it.

const tip = element("div", { id: "tip", hidden: "" });
document.body.append(tip);

function showTip(x, y, ...children) {
  tip.replaceChildren(...children);
  tip.hidden = false;
  const { width, height } = tip.getBoundingClientRect();
  const left = x + 14 + width > innerWidth ? x - 14 - width : x + 14;
  const top = y + 14 + height > innerHeight ? y - 14 - height : y + 14;
  tip.style.left = `${Math.max(4, Math.min(left, innerWidth - width - 4))}px`;
  tip.style.top = `${Math.max(4, top)}px`;
}

function hideTip() {
  tip.hidden = true;
}

const TOLD = 8;

function communitiesOf(song) {
  return partitions
    .map((partition, index) => [index, partition.labels[song]])
    .filter(([, community]) => community >= 0);
}

function songLines(song) {
  const lines = [element("strong", { dir: "auto" }, songs.title(song))];
  if (songs.by(song)) lines.push(element("span", { dir: "auto", class: "by" }, songs.by(song)));
  const list = element("dl");
  for (const [partition, community] of communitiesOf(song).slice(0, TOLD)) {
    const name = element("dd", {}, swatch(lookOf(community)));
    name.append(title(communityName(partition, community)));
    list.append(element("dt", {}, partitions[partition].name), name);
  }
  return [...lines, list];
}

function songText(song) {
  const by = songs.by(song) ? `, ${songs.by(song)}` : "";
  const where = communitiesOf(song)
    .slice(0, TOLD)
    .map(([partition, c]) => `${partitions[partition].name}: ${communityName(partition, c)}`);
  return `${songs.title(song)}${by}. ${where.join("; ")}`;
}
