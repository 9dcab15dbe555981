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
