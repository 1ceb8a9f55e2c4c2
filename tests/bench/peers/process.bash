# What the kernel says of a server: of its process and of all that it started.

# PID: it and its descendants, one a line.
family() {
  local children child
  echo "$1"
  children=$(cat /proc/"$1"/task/*/children 2>/dev/null) || true
  for child in $children; do
    family "$child"
  done
}

# PID: user and system time so far, in us, with that of children which have ended.
processor_time() {
  local pid stat field ticks=0
  for pid in $(family "$1"); do
    # The name in front may hold anything, also blanks.
    stat=$(cat "/proc/$pid/stat" 2>/dev/null) || continue
    read -ra field <<<"${stat##*) }"
    ticks=$((ticks + field[11] + field[12] + field[13] + field[14]))
  done
  echo $((ticks * 1000000 / $(getconf CLK_TCK)))
}

# PID: the most memory that was resident, in KiB, each process by itself.
peak_memory() {
  local pid peak=0
  for pid in $(family "$1"); do
    peak=$((peak + $(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status" 2>/dev/null || true) + 0))
  done
  echo "$peak"
}
