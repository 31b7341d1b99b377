// The pages are complete without this. It renews what changes by itself, shows times of the reader's own zone,
// and copies hashes.
"use strict";

(() => {
  const zoned = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

  function localTimes(root) {
    for (const time of root.querySelectorAll("time[datetime]")) {
      const local = zoned.format(new Date(time.dateTime));
      if ("clock" in time.dataset) {
        time.title = time.textContent;
        time.textContent = local;
      } else {
        time.title = local;
      }
    }
  }

  function copyButtons(root) {
    if (!navigator.clipboard) return;
    for (const code of root.querySelectorAll("code[data-copy]")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copy";
      button.textContent = "Copy";
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = "Copied";
        setTimeout(() => { button.textContent = "Copy"; }, 1500);
      });
      code.after(button);
    }
  }

  function dress(root) {
    localTimes(root);
    copyButtons(root);
  }

  // What somebody is reading with the keyboard, has selected or has opened stays as it is.
  function inUse(part) {
    const selection = document.getSelection();
    return part.contains(document.activeElement)
      || part.querySelector("details[open]")
      || (!selection.isCollapsed && part.contains(selection.anchorNode));
  }

  async function renew() {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "error" });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-live]")) {
      const next = fresh.getElementById(part.id);
      if (!next || inUse(part)) continue;
      if (next.dataset.refresh) part.dataset.refresh = next.dataset.refresh;
      else delete part.dataset.refresh;
      if (part.dataset.was === next.innerHTML) continue;
      part.dataset.was = next.innerHTML;
      part.replaceChildren(...next.childNodes);
      dress(part);
    }
  }

  function schedule() {
    const waits = [...document.querySelectorAll("[data-refresh]")].map((part) => Number(part.dataset.refresh));
    if (!waits.length) return;
    setTimeout(async () => {
      // A page nobody looks at asks for nothing; a server that is away is asked again.
      if (!document.hidden) await renew().catch(() => {});
      schedule();
    }, 1000 * Math.min(...waits));
  }

  dress(document);
  // What htmx puts into the page later is dressed too; the page itself was.
  document.addEventListener("htmx:afterSettle", (event) => dress(event.detail.elt));
  schedule();
})();
