// Maps: a January to choose, a place to find, layers, a nearer view; figures told to those who point and to those who listen.
for (const map of document.querySelectorAll(".map")) {
  const data = JSON.parse(map.querySelector(".map-data").textContent);
  const svg = map.querySelector(":scope > svg"), told = map.querySelector(".told"), words = map.querySelector(".year-words");
  const slider = map.querySelector('input[type="range"]'), output = map.querySelector("output"), find = map.querySelector('input[type="text"]');
  const year = () => (slider ? Number(slider.value) : 0);
  let last = null; // what was read out, so that it is read again when the January changes
  const figure = (shape) => shape.dataset.setting !== undefined ? data.settings[shape.dataset.setting][year()][1]
    : shape.dataset.part !== undefined ? [data.names[shape.dataset.part], data.says?.[shape.dataset.part][year()]].filter(Boolean).join(": ")
    : shape.querySelector("title").textContent;
  const tell = (shape) => { last = shape; told.textContent = figure(shape); };
  const draw = () => {
    const i = year();
    if (output) { output.textContent = `January ${data.years[i]}`; slider.setAttribute("aria-valuetext", output.textContent); }
    for (const shape of map.querySelectorAll("[data-part]")) {
      if (data.steps) shape.setAttribute("fill", data.colours.at(data.steps[shape.dataset.part][i]));
      shape.querySelector("title").textContent = figure(shape);
    }
    for (const mark of map.querySelectorAll("[data-setting]")) {
      const [colour, says] = data.settings[mark.dataset.setting][i];
      mark.querySelector("path").setAttribute("fill", colour);
      mark.querySelector("title").textContent = says;
      mark.setAttribute("aria-label", says);
    }
    for (const number of map.querySelectorAll("[data-number]")) number.textContent = data.numbers[number.dataset.number][i];
    if (words) words.textContent = data.words[i];
    if (last) tell(last);
  };
  slider?.addEventListener("input", draw);
  for (const shape of map.querySelectorAll("[data-part], [data-setting], .flows line"))
    for (const event of ["mouseenter", "focus"]) shape.addEventListener(event, () => tell(shape));
  find.addEventListener("change", () => {
    for (const found of map.querySelectorAll(".found")) found.classList.remove("found");
    const asked = find.value.trim().toLowerCase();
    if (!asked) return;
    const named = (shape) => figure(shape).toLowerCase();
    const shapes = [...map.querySelectorAll("[data-setting], [data-part]")];
    const found = shapes.filter((s) => named(s).startsWith(asked)).concat(shapes.filter((s) => named(s).includes(asked)))[0];
    if (!found) { told.textContent = `${find.value} is not on this map.`; last = null; return; }
    for (const shape of shapes) if (named(shape) === named(found)) shape.classList.add("found");
    tell(found);
  });
  for (const box of map.querySelectorAll("[data-layer]"))
    box.addEventListener("change", () => svg.querySelector(`:scope > .${box.dataset.layer}`).toggleAttribute("hidden", !box.checked));
  const whole = svg.viewBox.baseVal, [W, H] = [whole.width, whole.height];
  const view = (x, y, w) => {
    w = Math.min(W, Math.max(W / 12, w));
    const h = w * H / W;
    svg.setAttribute("viewBox", [Math.min(W - w, Math.max(0, x)), Math.min(H - h, Math.max(0, y)), w, h].join(" "));
  };
  const zoom = (by) => { const b = svg.viewBox.baseVal; view(b.x + b.width * (1 - by) / 2, b.y + b.height * (1 - by) / 2, b.width * by); };
  for (const button of map.querySelectorAll("[data-zoom]"))
    button.addEventListener("click", () => ({ in: () => zoom(0.6), out: () => zoom(1 / 0.6), all: () => view(0, 0, W) })[button.dataset.zoom]());
  let held = null;
  svg.addEventListener("pointerdown", (e) => { const b = svg.viewBox.baseVal; if (b.width < W) held = [e.clientX, e.clientY, b.x, b.y]; });
  addEventListener("pointerup", () => { held = null; });
  svg.addEventListener("pointermove", (e) => {
    if (!held) return;
    const b = svg.viewBox.baseVal, s = b.width / svg.clientWidth;
    view(held[2] - (e.clientX - held[0]) * s, held[3] - (e.clientY - held[1]) * s, b.width);
  });
}
