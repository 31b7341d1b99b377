// The list works without this. It moves along the rows by keys, keeps what is chosen while the rows renew themselves,
// and says how many are chosen.
"use strict";

(() => {
  const part = document.getElementById("live-rows");
  const search = document.getElementById("search");
  const keys = document.getElementById("keys");
  if (!part) return;

  // By address and id, not by element: the rows are replaced every few seconds.
  const chosen = new Set();
  let current = null;

  const links = () => [...part.querySelectorAll(".row-link")];
  const boxes = () => [...part.querySelectorAll(".pick input")];

  // One row at a time is reached by the Tab key (roving focus); the others by j and k.
  function settle() {
    const rows = links();
    const at = Math.max(0, rows.findIndex((link) => link.getAttribute("href") === current));
    rows.forEach((link, index) => { link.tabIndex = index === at ? 0 : -1; });
    for (const box of boxes()) box.checked = chosen.has(box.value);
    tell();
  }

  function tell() {
    const count = document.getElementById("choose-count");
    if (!count) return;
    count.textContent = chosen.size ? `Decide about ${chosen.size} chosen:` : "Decide about chosen scans:";
  }

  function move(step) {
    const rows = links();
    if (!rows.length) return;
    const at = rows.findIndex((link) => link.getAttribute("href") === current);
    const focused = rows.includes(document.activeElement);
    const next = rows[focused ? Math.min(rows.length - 1, Math.max(0, at + step)) : Math.max(0, at)];
    current = next.getAttribute("href");
    settle();
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }

  function choose() {
    const row = document.activeElement.closest("#live-rows tr");
    const box = row && row.querySelector(".pick input");
    if (!box) return;
    box.checked = !box.checked;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }

  const deeds = {
    j: () => move(1),
    k: () => move(-1),
    x: choose,
    "/": () => { search.focus(); search.select(); },
    "?": () => keys.togglePopover(),
  };

  function isTyping(target) {
    return target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]") !== null;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.key === "Escape" && event.target === search) search.blur();
    const deed = deeds[event.key];
    if (!deed || isTyping(event.target) || document.querySelector(":popover-open:not(#keys)")) return;
    event.preventDefault();
    deed();
  });

  part.addEventListener("focusin", (event) => {
    const link = event.target.closest("tr") && event.target.closest("tr").querySelector(".row-link");
    if (link) current = link.getAttribute("href");
  });

  part.addEventListener("change", (event) => {
    if (!event.target.matches(".pick input")) return;
    if (event.target.checked) chosen.add(event.target.value);
    else chosen.delete(event.target.value);
    tell();
  });

  // What was chosen and has moved to an older page is chosen still.
  const form = document.getElementById("choose");
  if (form) {
    form.addEventListener("submit", () => {
      for (const old of form.querySelectorAll("input[data-kept]")) old.remove();
      const shown = new Set(boxes().map((box) => box.value));
      for (const id of chosen) {
        if (shown.has(id)) continue;
        const kept = document.createElement("input");
        kept.type = "hidden";
        kept.name = "id";
        kept.value = id;
        kept.dataset.kept = "";
        form.append(kept);
      }
    });
  }

  for (const box of boxes()) if (box.checked) chosen.add(box.value);
  new MutationObserver(settle).observe(part, { childList: true });
  settle();
})();
