// Asks once a second what changed and replaces only that, so that focus and reading place stay where they are.
"use strict";
(() => {
  const live = document.getElementById("live");
  const say = (words) => { live.textContent = words; };
  const parse = (html) => {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    return holder.content;
  };

  const announce = (before, after) => {
    const gone = Number(after.dataset.gone || 0) - Number(before ? before.dataset.gone : 0);
    if (gone > 0) say(gone === 1 ? "A file was redacted." : gone + " files were redacted.");
    else if (!before) say(after.dataset.internal ? "An internal note was added." : "A reply was added.");
  };

  const refreshConversation = (place, fresh) => {
    for (const article of [...fresh.querySelectorAll("article")]) {
      const present = document.getElementById(article.id);
      if (present && present.dataset.version === article.dataset.version) continue;
      announce(present, article);
      article.classList.add("changed");
      if (present) present.replaceWith(article);
      else place.append(article);
    }
  };

  const refreshRows = (place, html) => {
    if (place.dataset.last === html) return;
    const first = place.dataset.last === undefined;
    place.dataset.last = html;
    if (first) return;
    const focused = place.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    place.replaceChildren(parse(html));
    if (focused) for (const link of place.querySelectorAll("a")) if (link.getAttribute("href") === focused) link.focus();
  };

  const watch = (place) => {
    const look = async () => {
      try {
        const answer = await fetch(place.dataset.refresh, { cache: "no-store" });
        if (answer.ok) {
          const html = await answer.text();
          if (place.classList.contains("conversation")) refreshConversation(place, parse(html));
          else refreshRows(place, html);
        }
      } catch (problem) { /* the tenant stopped or restarts: the next second asks again */ }
      setTimeout(look, document.hidden ? 5000 : 1000);
    };
    setTimeout(look, 1000);
  };

  document.querySelectorAll("[data-refresh]").forEach(watch);
  if (document.querySelector("[data-reload]")) setTimeout(() => location.reload(), 2000);
})();
