"use strict";
// Maps: a year to choose, and figures told to those who point and to those who listen.
for (const map of document.querySelectorAll(".map")) {
  const data = JSON.parse(map.querySelector(".map-data").textContent);
  const select = map.querySelector("select");
  const told = map.querySelector(".told");
  const words = (shape) => shape.querySelector("title").textContent;
  const draw = () => {
    const i = Number(select.value);
    for (const zone of map.querySelectorAll("[data-zone]")) {
      const shades = data.shades[zone.dataset.zone];
      if (!shades) continue;
      zone.setAttribute("fill", shades[i]);
      zone.querySelector("title").textContent = `${zone.dataset.name}: ${data.texts[zone.dataset.zone][i]}`;
    }
    for (const circle of map.querySelectorAll("[data-setting]")) {
      const [places, roll, colour] = data.settings[circle.dataset.setting][i];
      circle.setAttribute("fill", colour);
      circle.setAttribute("r", 3 + 0.45 * Math.sqrt(places));
      const says = `${circle.dataset.name}: ${roll === null ? "" : `${roll} children in `}${places} places`;
      circle.querySelector("title").textContent = says;
      circle.setAttribute("aria-label", says);
    }
  };
  select.addEventListener("change", draw);
  for (const shape of map.querySelectorAll("[data-zone], [data-setting], line"))
    for (const event of ["mouseenter", "focus"]) shape.addEventListener(event, () => { told.textContent = words(shape); });
}
// On paper everything is open.
addEventListener("beforeprint", () => { for (const more of document.querySelectorAll("details")) more.open = true; });
// Contents: shut on a phone, whose first screen is the answer; which part is on the screen.
if (matchMedia("(max-width: 56rem)").matches) document.querySelector("nav details").open = false;
const links = new Map([...document.querySelectorAll("nav a")].map((a) => [a.getAttribute("href").slice(1), a]));
const seen = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) {
    for (const link of links.values()) link.removeAttribute("aria-current");
    links.get(entry.target.id)?.setAttribute("aria-current", "true");
  }
}, { rootMargin: "-20% 0px -70% 0px" });
for (const section of document.querySelectorAll("main > section")) seen.observe(section);
