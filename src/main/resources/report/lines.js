
const text = document.getElementById("text");
const outcome = document.getElementById("outcome");
const count = document.getElementById("count");
const rows = Array.from(document.querySelectorAll("#lines tbody tr"));
const words = rows.map(row => row.textContent.toLowerCase());
function filter() {
  const wanted = text.value.toLowerCase();
  let shown = 0;
  rows.forEach((row, i) => {
    const fits = words[i].includes(wanted) && (!outcome.value || row.dataset.outcome === outcome.value);
    row.hidden = !fits;
    shown += fits ? 1 : 0;
  });
  count.textContent = shown + " of " + rows.length + " lines";
}
text.addEventListener("input", filter);
outcome.addEventListener("change", filter);
filter();
