// Narrows the list of keys down, opens everything for print, and copies commands.
// Nothing is hidden before it runs, and it writes no HTML.
(() => {
  "use strict";
  const byId = (id) => document.getElementById(id);
  const controls = document.querySelector(".controls");
  document.documentElement.classList.add("scripted");

  // Opens all details for print, and closes those again that were closed.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
    opened = [];
  });

  // Copies the command beside a button; where the browser refuses, it is selected instead.
  const select = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  };
  const told = document.createElement("p");
  told.className = "unseen";
  told.setAttribute("role", "status");
  document.body.append(told);
  const tell = (button, word, sentence) => {
    button.textContent = word;
    told.textContent = sentence;
    setTimeout(() => {
      button.textContent = "Copy";
      told.textContent = "";
    }, 4000);
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button.copy");
    if (!button) return;
    const code = button.parentNode.querySelector("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
      tell(button, "Copied", "The command is copied.");
    } catch {
      select(code);
      let copied = false;
      try {
        copied = document.execCommand("copy");
      } catch {
        // Then it stays selected.
      }
      if (copied) tell(button, "Copied", "The command is copied.");
      else tell(button, "Selected", "The command is selected: copy it with your keyboard.");
    }
  });

  if (!controls) return;
  const query = byId("query");
  const matches = byId("matches");
  const facets = ["validity", "confidence", "rule", "seen"].map(byId);
  const value = (index) => (facets[index] ? facets[index].value : "");

  // What is searched is read from the page piece by piece, while nobody waits for it.
  const SLICE = 250;
  const cards = [];
  const elements = document.getElementsByClassName("card");
  const batches = [];
  const batchOf = (element) => {
    if (batches.at(-1)?.element !== element) batches.push({ element, shown: true, matches: false });
    return batches.at(-1);
  };
  const read = (most) => {
    const end = Math.min(elements.length, cards.length + most);
    for (let index = cards.length; index < end; index += 1) {
      const card = elements[index];
      const places = [];
      for (const item of card.getElementsByClassName("place")) {
        let text = "";
        for (const name of item.getElementsByTagName("bdi")) text += `${name.textContent.toLowerCase()}\n`;
        const { c, r, s } = item.dataset;
        places.push({ item, text, c, r, s: s ? s.split(" ") : [], shown: true });
      }
      const key = card.querySelector("h3").textContent.toLowerCase();
      const details = [...card.querySelectorAll(":scope > details")];
      const note = card.querySelector(".matching");
      const batch = batchOf(card.parentNode);
      cards.push({ card, batch, key, v: card.dataset.v, places, details, note, shown: true, closed: null });
    }
  };
  const prepare = () => {
    if (cards.length === elements.length) return;
    read(SLICE);
    setTimeout(prepare);
  };

  const show = (what, element, shown) => {
    if (what.shown === shown) return;
    what.shown = shown;
    element.hidden = !shown;
  };

  // A list behind a line is opened where something in it matches, and closed again after.
  const unfold = (card, narrowed) => {
    if (!card.details.length) return;
    if (narrowed && !card.closed) {
      card.closed = card.details.filter((details) => !details.open);
      for (const details of card.closed) details.open = true;
    } else if (!narrowed && card.closed) {
      for (const details of card.closed) details.open = false;
      card.closed = null;
    }
  };

  const many = (number, one, several) => `${number} ${number === 1 ? one : several}`;

  const filter = () => {
    read(Infinity);
    for (const batch of batches) batch.matches = false;
    const terms = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    const [validity, confidence, rule, seen] = [0, 1, 2, 3].map(value);
    const active = terms.length > 0 || Boolean(validity || confidence || rule || seen);
    let keys = 0;
    let places = 0;
    let all = 0;
    const missed = [];
    for (const card of cards) {
      let matching = 0;
      const open = !validity || card.v === validity;
      const rest = terms.filter((term) => !card.key.includes(term));
      for (const place of card.places) {
        const is =
          open &&
          (!confidence || place.c === confidence) &&
          (!rule || place.r === rule) &&
          (!seen || place.s.includes(seen)) &&
          rest.every((term) => place.text.includes(term));
        matching += is;
        place.is = is;
      }
      all += card.places.length;
      places += matching;
      keys += matching > 0;
      if (!matching) {
        missed.push(card);
        continue;
      }
      show(card, card.card, true);
      card.batch.matches = true;
      for (const place of card.places) show(place, place.item, place.is);
      const narrowed = matching < card.places.length;
      unfold(card, narrowed);
      const note = narrowed ? `${matching} of them ${matching === 1 ? "matches" : "match"}` : "";
      if (card.note.textContent !== note) card.note.textContent = note;
    }
    // Of a batch in which nothing matches only the batch is hidden, which costs less.
    for (const card of missed) if (card.batch.matches) show(card, card.card, false);
    for (const batch of batches) show(batch, batch.element, batch.matches);
    matches.classList.toggle("narrowed", active);
    if (!active) matches.textContent = `All ${many(cards.length, "key", "keys")} in ${many(all, "place", "places")} are shown.`;
    else if (!keys) matches.textContent = "No key matches the filter.";
    else matches.textContent = `${keys} of ${many(cards.length, "key", "keys")} in ${places} of ${many(all, "place", "places")} match the filter.`;
  };

  // Typing does not wait for the list: one change is shown in each frame.
  let waiting = false;
  const later = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      filter();
    });
  };
  query.addEventListener("input", later);
  for (const facet of facets) facet?.addEventListener("change", later);
  byId("reset").addEventListener("click", () => {
    query.value = "";
    for (const facet of facets) if (facet) facet.value = "";
    later();
  });
  controls.hidden = false;
  prepare();
  // A browser keeps what was typed when a page is read again.
  if (query.value || facets.some((facet) => facet?.value)) filter();
})();
