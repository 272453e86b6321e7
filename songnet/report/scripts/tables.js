// Tables that can be sorted by any column: a button in each heading, the order in aria-sort.

function sortKey(row, column) {
  const cell = row.cells[column];
  const given = cell?.dataset.sort ?? cell?.textContent.trim() ?? "";
  const number = Number(given.replaceAll(",", "").replace("−", "-").replace(/ ?%$/, ""));
  return given !== "" && given !== "–" && Number.isFinite(number) ? number : given;
}

// Numbers before texts; what is missing comes last, whichever way is up.
function compareKeys(a, b, way) {
  const missing = (key) => key === "" || key === "–";
  if (missing(a) || missing(b)) return missing(a) - missing(b);
  if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
  if (typeof a === "number") return way * (a - b);
  return way * a.localeCompare(b, "en", { numeric: true });
}

function sortBy(table, heading) {
  const column = heading.cellIndex;
  const rising = heading.getAttribute("aria-sort") !== "ascending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", rising ? "ascending" : "descending");
  const body = table.tBodies[0];
  const keyed = [...body.rows].map((row) => [sortKey(row, column), row]);
  keyed.sort(([a], [b]) => compareKeys(a, b, rising ? 1 : -1));
  body.append(...keyed.map(([, row]) => row));
}

function makeSortable(table) {
  for (const heading of table.tHead.rows[0].cells) {
    const button = element("button", { type: "button", class: "sort" }, ...heading.childNodes);
    button.addEventListener("click", () => sortBy(table, heading));
    heading.replaceChildren(button);
  }
}

for (const table of document.querySelectorAll("table.sortable")) makeSortable(table);
