-- wrk's report as one line for `run`: requests, microseconds, p50 and p99 in microseconds, bytes, errors.
function done(summary, latency)
  local wrong = summary.errors
  print(string.format("report %d %d %d %d %d %d", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), summary.bytes,
    wrong.connect + wrong.read + wrong.write + wrong.status + wrong.timeout))
end
