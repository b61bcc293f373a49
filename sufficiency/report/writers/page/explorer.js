// The explorer: one choice drives the map, the fan and the table; the choice is in the address, and downloads as CSV.
for (const box of document.querySelectorAll(".explorer")) {
  const data = JSON.parse(box.querySelector(".explorer-data").textContent);
  const [, Y, D, N, P] = data.shape, count = (n) => n.toLocaleString("en-GB");
  const chosen = Object.fromEntries([...box.querySelectorAll("[data-choose]")].map((s) => [s.dataset.choose, s]));
  const slider = box.querySelector('input[type="range"]'), output = box.querySelector("output"), says = box.querySelector(".year-words");
  const at = (y, d) => ((y * D + d) * N + Number(chosen.need_group.value)) * P + Number(chosen.phase.value);
  const away = (level, y, d) => data.away[level * Y * D * N * P + at(y, d)];
  const share = (y, d) => { const need = data.need[at(y, d)]; return need ? away(1, y, d) / need : NaN; };
  const edges = [0.05, 0.1, 0.15, 0.2, 0.3, 0.4];
  const shade = (v) => Number.isNaN(v) ? "#ffffff" : data.colours[edges.filter((e) => v >= e).length];
  const group = () => ["need_group", "phase", "district"].map((n, i) => { const w = data.words[n][chosen[n].value]; return i && chosen[n].value === "0" ? w.toLowerCase() : w; }).join(", ");
  const rows = () => data.years.map((year, y) => [year, ...[0, 1, 2].map((l) => away(l, y, Number(chosen.district.value)))]);
  const fan = () => {
    const [w, h, left, bottom] = [420, 260, 46, 26], all = rows(), top = Math.max(5, ...all.map((r) => r[3])) * 1.06;
    const x = (y) => left + (w - left - 14) * (Y > 1 ? y / (Y - 1) : 0.5), v = (n) => h - bottom - (h - bottom - 12) * n / top;
    const line = (l) => all.map((r, y) => `${x(y).toFixed(1)} ${v(r[l]).toFixed(1)}`);
    const step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000].find((s) => top / s <= 5) ?? 10000;
    const rules = []; for (let n = 0; n <= top; n += step) rules.push(`<path class="rule" d="M${left} ${v(n)}H${w - 14}"/><text x="${left - 5}" y="${v(n) + 4}" text-anchor="end">${count(n)}</text>`);
    const now = Number(slider.value);
    box.querySelector(".fan").innerHTML = rules.join("") + `<path class="band" d="M${line(1 + 2).join("L")}L${line(1).reverse().join("L")}Z"/><path class="middle" d="M${line(2).join("L")}"/>`
      + `<path class="now" d="M${x(now)} 12V${h - bottom}"/><text x="${left}" y="${h - 8}">${data.years[0]}</text><text x="${w - 14}" y="${h - 8}" text-anchor="end">${data.years[Y - 1]}</text>`;
    box.querySelector(".fan").setAttribute("aria-label", `${group()}: ${count(all[0][2])} turned away in January ${all[0][0]}, ${count(all[Y - 1][2])} in January ${all[Y - 1][0]} (${count(all[Y - 1][1])} to ${count(all[Y - 1][3])})`);
  };
  const draw = () => {
    const y = Number(slider.value), d = Number(chosen.district.value);
    output.textContent = `January ${data.years[y]}`; slider.setAttribute("aria-valuetext", output.textContent);
    for (const shape of box.querySelectorAll("[data-district]")) {
      const own = Number(shape.dataset.district), part = share(y, own);
      shape.setAttribute("fill", shade(part)); shape.classList.toggle("chosen", own === d);
      shape.querySelector("title").textContent = `${data.words.district[own]}: ${count(away(1, y, own))} turned away${Number.isNaN(part) ? "" : `, ${Math.round(100 * part)}% of those in need`}`;
    }
    for (const number of box.querySelectorAll("[data-count]")) number.textContent = count(away(1, y, Number(number.dataset.count)));
    says.textContent = `${group()}, January ${data.years[y]}: ${count(away(1, y, d))} turned away (9 in 10 futures: ${count(away(0, y, d))} to ${count(away(2, y, d))}) of ${count(data.need[at(y, d)])} who need a specialist place.`;
    box.querySelector("tbody").innerHTML = rows().map((r, n) => `<tr${n === y ? ' class="now"' : ""}><th scope="row">${r[0]}</th>${r.slice(1).map((v) => `<td class=n>${count(v)}</td>`).join("")}</tr>`).join("");
    box.querySelector(".legend").innerHTML = "<li><b>Share turned away, of those who need a specialist place</b></li>" + data.colours.map((c, n) => `<li><i style="background:${c}"></i>${n === 0 ? "under 5%" : n === edges.length ? "40% or more" : `${Math.round(100 * edges[n - 1])}% to ${Math.round(100 * edges[n])}%`}</li>`).join("");
    fan();
  };
  const address = () => {
    const parts = Object.entries(chosen).map(([name, s]) => `${name === "need_group" ? "need" : name}=${encodeURIComponent(data.codes[name][s.value])}`);
    history.replaceState(null, "", `#${[...parts, `year=${data.years[slider.value]}`].join("&")}`);
  };
  const read = () => {
    const asked = new URLSearchParams(location.hash.slice(1));
    if (!["need", "phase", "district", "year"].some((n) => asked.has(n))) return;
    for (const [name, s] of Object.entries(chosen)) { const n = data.codes[name].indexOf(asked.get(name === "need_group" ? "need" : name) ?? "all"); s.value = Math.max(n, 0); }
    const y = data.years.indexOf(Number(asked.get("year"))); if (y >= 0) slider.value = y;
    draw(); box.scrollIntoView();
  };
  for (const control of [...Object.values(chosen), slider]) control.addEventListener("input", () => { draw(); address(); });
  for (const shape of box.querySelectorAll("[data-district]")) shape.addEventListener("click", () => { const s = chosen.district; s.value = s.value === shape.dataset.district ? 0 : shape.dataset.district; draw(); address(); });
  box.querySelector("[data-csv]").addEventListener("click", () => {
    const names = ["need_group", "phase", "district"].map((n) => `"${data.words[n][chosen[n].value]}"`);
    const text = ["need,phase,district,January,low,middle,high", ...rows().map((r) => [...names, ...r].join(","))].join("\r\n");
    const link = document.createElement("a");
    link.href = `data:text/csv;charset=utf-8,${encodeURIComponent(text)}`; link.download = "children-turned-away.csv"; link.click();
  });
  addEventListener("hashchange", read);
  draw(); read();
}
