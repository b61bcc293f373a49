"use strict";
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
