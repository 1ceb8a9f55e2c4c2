# The figures of `run` as tables. Lines: round, server, requests a second, processor time in us, p50 in us,
# p99 in us, peak memory in KiB. With `-v round=N` the table of one round, without it the summary.
BEGIN { FS = "\t" }

!($2 in known) { known[$2] = 1; names[++servers] = $2 }

{
  if ($1 > rounds) rounds = $1
  rate[$2, $1] = $3; processor[$2, $1] = $4; half[$2, $1] = $5; slow[$2, $1] = $6; memory[$2, $1] = $7
}

END {
  first = round ? round : 1
  last = round ? round : rounds
  title = round ? "Round " round : "All " rounds " rounds: medians, and from the lowest to the highest"
  print "\n" title "\n"
  print "| server | requests a second | of native | processor time a request, µs | above native, µs | p50, ms | p99, ms | peak memory, MiB |"
  print "|---|---|---|---|---|---|---|---|"
  for (n = 1; n <= servers; n++) row(names[n])
}

function row(name,    r, rates, ratios, times, above, halves, slows, most) {
  for (r = first; r <= last; r++) {
    rates[r] = rate[name, r]
    ratios[r] = rate[name, r] / rate["native", r]
    times[r] = processor[name, r]
    above[r] = processor[name, r] - processor["native", r]
    halves[r] = half[name, r] / 1000
    slows[r] = slow[name, r] / 1000
    if (memory[name, r] > most) most = memory[name, r]
  }
  printf "| %s | %s | %s | %s | %s | %s | %s | %.0f |\n", name, middle(rates, "%.0f"), spread(ratios, "%.2f"),
    spread(times, "%.1f"), name == "native" ? "" : spread(above, "%+.1f"), middle(halves, "%.2f"),
    spread(slows, "%.2f"), most / 1024
}

function middle(values, form) {
  sort(values)
  return sprintf(form, (values[int((first + last) / 2)] + values[int((first + last + 1) / 2)]) / 2)
}

# Rounds that came out alike on paper are one figure.
function spread(values, form,    text, low, high) {
  text = middle(values, form)
  low = sprintf(form, values[first])
  high = sprintf(form, values[last])
  return low == high ? text : text " (" low " to " high ")"
}

function sort(values,    i, j, held) {
  for (i = first + 1; i <= last; i++) {
    held = values[i]
    for (j = i - 1; j >= first && values[j] > held; j--) values[j + 1] = values[j]
    values[j + 1] = held
  }
}
