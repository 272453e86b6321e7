// Two partitions side by side: which two, their table, and how much of each cell is selected.

function pairOf(a, b) {
  const place = page.pairs.findIndex((pair) => pair.a === a && pair.b === b);
  if (place >= 0) return { ...page.pairs[place], ...indices(a, b) };
  const turned = page.pairs.find((pair) => pair.a === b && pair.b === a);
  return turned ? { ...transposed(turned), ...indices(a, b) } : null;
}

function indices(a, b) {
  return { left: partitionCalled(a), right: partitionCalled(b) };
}

function transposed(pair) {
  return {
    ...pair,
    a: pair.b,
    b: pair.a,
    rows: pair.columns,
    columns: pair.rows,
    counts: pair.columns.map((_, column) => pair.counts.map((row) => row[column])),
  };
}

const total = (numbers) => numbers.reduce((sum, number) => sum + number, 0);

// The same table with only its `most` first rows and columns; what is beyond is added up.
function foldedPair(pair, most) {
  const rows = foldedSide(pair.rows, most);
  const columns = foldedSide(pair.columns, most);
  const counts = rows.kept.map(() => new Array(columns.kept.length).fill(0));
  pair.counts.forEach((row, r) =>
    row.forEach((count, c) => (counts[rows.place[r]][columns.place[c]] += count)),
  );
  return { ...pair, rows: rows.kept, columns: columns.kept, counts };
}

function foldedSide(side, most) {
  if (side.length <= most) return { kept: side, place: side.map((_, index) => index) };
  const named = side.map((_, index) => index).filter((index) => side[index].label >= 0);
  const stays = new Set(named.slice(0, most - 1));
  const kept = side.filter((_, index) => stays.has(index));
  const rest = total(side.filter((_, i) => !stays.has(i)).map((each) => each.communities ?? 1));
  const place = side.map((each, index) => (stays.has(index) ? kept.indexOf(each) : kept.length));
  kept.push({ label: -1, title: `other (${plural(rest, "community")})`, communities: rest });
  return { kept, place };
}

// Shares of selected songs, by row, column and cell; null where nothing is selected or known.
function litShares(pair) {
  if (!state.mask || pair.left < 0 || pair.right < 0) return null;
  const places = [placesOf(pair.rows, pair.left), placesOf(pair.columns, pair.right)];
  const [wide, high] = [pair.columns.length, pair.rows.length];
  const all = new Float64Array(wide * high);
  const lit = new Float64Array(wide * high);
  const [a, b] = [partitions[pair.left].labels, partitions[pair.right].labels];
  for (let song = 0; song < songs.count; song++) {
    if (a[song] < 0 || b[song] < 0) continue;
    const cell = places[0][a[song]] * wide + places[1][b[song]];
    all[cell]++;
    lit[cell] += state.mask[song];
  }
  return sharesBySide(all, lit, high, wide);
}

function placesOf(side, partition) {
  const places = new Int32Array(partitions[partition].sizes.length).fill(side.length - 1);
  side.forEach(({ label }, place) => {
    if (label >= 0) places[label] = place;
  });
  return places;
}

function sharesBySide(all, lit, high, wide) {
  const shares = { rows: [], columns: [], cells: [] };
  const share = (cells) => {
    const of = total(cells.map((cell) => all[cell]));
    return of ? total(cells.map((cell) => lit[cell])) / of : 0;
  };
  const across = [...Array(wide).keys()];
  const down = [...Array(high).keys()];
  shares.rows = down.map((row) => share(across.map((column) => row * wide + column)));
  shares.columns = across.map((column) => share(down.map((row) => row * wide + column)));
  shares.cells = down.map((row) => across.map((column) => share([row * wide + column])));
  return shares;
}

// What a click on a row, a column or a cell selects; nothing for what was added up.
function termsOf(pair, row, column) {
  const terms = [];
  if (row !== null) terms.push({ partition: pair.left, community: pair.rows[row].label });
  if (column !== null) terms.push({ partition: pair.right, community: pair.columns[column].label });
  return terms.every((term) => term.partition >= 0 && term.community >= 0) ? terms : [];
}
