"use strict";
// A click on a heading sorts its table: numbers by their value, everything else as text; empty cells stay last.
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const key = (row, place) => {
    const cell = row.cells[place];
    if (!cell.hasAttribute("data-value")) return cell.textContent.trim();
    return cell.dataset.value === "" ? "" : Number(cell.dataset.value);
  };
  heads.forEach((head, place) => {
    head.querySelector("button").addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...body.rows].map((row) => [key(row, place), row]);
      rows.sort(([one], [other]) => {
        if (one === "" || other === "") return (one === "") - (other === "");
        const order = typeof one === "number" && typeof other === "number" ? one - other : collator.compare(one, other);
        return down ? -order : order;
      });
      body.append(...rows.map(([, row]) => row));
    });
  });
}

// What is searched for, and the class that is chosen, leave the rows and the plants that have both.
const tools = document.querySelector(".tools");
const [find, level, apart, shown] = ["find", "level", "apart", "shown"].map((id) => document.getElementById(id));
const entries = [...document.querySelectorAll("#plants .columns li")];
const parts = [
  ...[...document.querySelectorAll("#results tbody tr")].map((row) => [[row], row, row.cells[0]]),
  ...[...document.querySelectorAll("#plants article")].map((one, place) => [[one, entries[place]], one, one.querySelector("h3")]),
];
const known = parts.map(([hidden, one, name]) => [
  hidden,
  name.textContent.toLowerCase(),
  new Set([...one.querySelectorAll(".badge")].map((badge) => badge.textContent)),
]);
const choose = () => {
  const words = find.value.trim().toLowerCase();
  let count = 0;
  for (const [hidden, name, levels] of known) {
    const fits = name.includes(words) && (level.value === "" || levels.has(level.value));
    for (const one of hidden) one.hidden = !fits;
    count += fits && hidden.length === 2;
  }
  shown.textContent = words || level.value ? `${count} / ${entries.length}` : "";
};
tools.hidden = false;
find.addEventListener("input", choose);
level.addEventListener("change", choose);
apart.addEventListener("change", () => document.body.classList.toggle("apart", apart.checked));
