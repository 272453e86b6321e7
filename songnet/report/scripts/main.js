// Puts the parts to work, as far as the page has them.

document.documentElement.classList.add("scripted");
const find = (selector) => document.querySelector(selector);

colourSongs();
onChange((changes) => {
  if ("colour" in changes) colourSongs();
});

if (find("#toolbar")) {
  new Toolbar(find("#toolbar"));
  new Search(find("#find"), find("#found"));
}
if (find("#legend")) new Legend(find("#legend"));
for (const figure of document.querySelectorAll("figure.map")) new SongMap(figure);
if (find("#pair")) {
  const matrix = new ConfusionTable(find("#matrix"), document.querySelectorAll("[name=measure]"));
  new Chooser(find("#confusion"), [matrix, new Flow(find("#flow"))]);
}
