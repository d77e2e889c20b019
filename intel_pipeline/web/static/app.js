// Moments in the viewer's own zone: without this they stand in UTC, which is as true.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
for (const time of document.querySelectorAll("time[datetime*='T']")) {
  time.title = time.textContent;
  time.textContent = format.format(new Date(time.dateTime));
}
for (const place of document.querySelectorAll("[data-zone]")) place.textContent = `moments are shown in ${zone}`;
// A choice in a filter is what somebody wants to see: no second step.
for (const form of document.querySelectorAll("form[data-auto]")) form.addEventListener("change", () => form.requestSubmit());
document.body.dataset.ready = "1";
