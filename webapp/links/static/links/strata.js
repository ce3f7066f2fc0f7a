// Comforts on top of pages that work without it: the remembered theme, copying, times in the reader's own zone.
// Loaded in the head, before the page is painted, for the theme's sake; the rest waits for the document.
(() => {
  "use strict";

  const root = document.documentElement;
  const KEY = "strata-theme";
  const CHOICES = ["light", "dark", "auto"];

  // Storage may be forbidden altogether; then the theme follows the system and is forgotten.
  const remembered = () => {
    try {
      const choice = localStorage.getItem(KEY);
      return CHOICES.includes(choice) ? choice : "auto";
    } catch {
      return "auto";
    }
  };

  const remember = (choice) => {
    try {
      localStorage.setItem(KEY, choice);
    } catch {
      // As above.
    }
  };

  const applyTheme = (choice) => {
    root.dataset.theme = choice;
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
    }
  };

  root.classList.add("js");
  applyTheme(remembered());

  const announce = (text) => {
    document.getElementById("announcement").textContent = text;
  };

  // Browsers offer the clipboard to https and localhost only; a shortener inside a company may have neither.
  const copyTheOldWay = (text) => {
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "unseen";
    document.body.append(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    return copied;
  };

  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return copyTheOldWay(text);
    }
  };

  const CONFIRMED_MS = 2000;

  const copyOnClick = (button) => {
    const label = button.firstChild;
    const usual = label.textContent;
    let timer;
    button.addEventListener("click", async () => {
      const copied = await copy(button.dataset.copy);
      button.focus();
      label.textContent = copied ? "Copied" : "Not copied";
      announce(copied ? `${button.dataset.copy} is on the clipboard.` : "The browser did not allow copying.");
      clearTimeout(timer);
      timer = setTimeout(() => {
        label.textContent = usual;
      }, CONFIRMED_MS);
    });
  };

  const ownTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

  const showOwnTime = (element) => {
    const moment = new Date(element.dateTime);
    if (Number.isNaN(moment.getTime())) return;
    element.title = element.textContent;
    element.textContent = ownTime.format(moment);
  };

  // The input is in UTC, which few people think in: say beside it what that is on their own clock.
  const showOwnTimeOf = (hint) => {
    const input = document.getElementById(hint.dataset.localOf);
    const show = () => {
      const moment = new Date(`${input.value}Z`);
      hint.textContent = Number.isNaN(moment.getTime()) ? "" : `On your clock: ${ownTime.format(moment)}`;
    };
    input.addEventListener("input", show);
    show();
  };

  document.addEventListener("DOMContentLoaded", () => {
    applyTheme(remembered());
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.addEventListener("click", () => {
        remember(button.dataset.themeChoice);
        applyTheme(button.dataset.themeChoice);
      });
    }
    document.querySelectorAll("[data-copy]").forEach(copyOnClick);
    document.querySelectorAll("time[datetime]").forEach(showOwnTime);
    document.querySelectorAll("[data-local-of]").forEach(showOwnTimeOf);
  });
})();
