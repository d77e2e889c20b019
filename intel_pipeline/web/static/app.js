// Moments in the viewer's own zone: without this they stand in UTC, which is as true.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const parts = { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" };
const near = new Intl.DateTimeFormat(undefined, parts), far = new Intl.DateTimeFormat(undefined, { ...parts, year: "numeric" });
for (const time of document.querySelectorAll("time[datetime*='T']")) {
  time.title = time.textContent;
  const moment = new Date(time.dateTime);
  time.textContent = (moment.getFullYear() === new Date().getFullYear() ? near : far).format(moment);
}
for (const place of document.querySelectorAll("[data-zone]")) place.textContent = `moments are shown in ${zone}`;
// A choice in a filter is what somebody wants to see: no second step.
for (const form of document.querySelectorAll("form[data-auto]")) form.addEventListener("change", () => form.requestSubmit());

for (const area of document.querySelectorAll("[data-submit]")) area.addEventListener("keydown", (key) => {
  if (key.key === "Enter" && (key.ctrlKey || key.metaKey)) area.form.requestSubmit();
});
document.body.dataset.ready = "1";
