# The machine's part of a figure, and the versions of what is measured.
# shellcheck disable=SC2154 # `run` has here, dir, bench, peers and what a run is made of.

# LOCK CRATE: the version that a Cargo.lock has of a crate.
locked() {
  awk -v name="name = \"$2\"" '$0 == name { getline; gsub(/"/, "", $3); print $3; exit }' "$1"
}

# FILE: what a file of the kernel says, when there is one.
kernel() {
  cat "$1" 2>/dev/null || echo "not told"
}

# FILE: of a file that lists all choices, the one in brackets.
chosen() {
  kernel "$1" | sed 's/.*\[\(.*\)\].*/\1/'
}

machine() {
  local ours=$here/../../../Cargo.lock theirs=$here/Cargo.lock huge=/sys/kernel/mm/transparent_hugepage commit settings
  commit=$(git -C "$(dirname "$bench")" describe --always --dirty 2>/dev/null || echo "of an unknown commit")
  settings=$(env | grep -E '^(MALLOC_|MIMALLOC_|GLIBC_TUNABLES=|LD_PRELOAD=)' | paste -sd ' ' || true)
  cat <<END
# One card: every server $rounds × $seconds s, $connections connections

- $(date -u '+%F %H:%M') UTC, load $(cut -d ' ' -f 1-3 /proc/loadavg) before the first round
- processor: $(nproc) × $(sed -n '/^model name/{s/.*: //p;q}' /proc/cpuinfo), governor $(kernel /sys/devices/system/cpu/cpu0/cpufreq/scaling_governor)
- kernel: $(uname -sr); transparent hugepages $(chosen $huge/enabled), defrag $(chosen $huge/defrag); overcommit $(kernel /proc/sys/vm/overcommit_memory)
- allocators: mimalloc (crate $(locked "$ours" mimalloc)) in native and Sidepane, mimalloc (crate $(locked "$theirs" mimalloc)) in Extism's host, $(getconf GNU_LIBC_VERSION) in native-plain and wasmtime, their builds' own in workerd, Deno and Node; settings in the environment: ${settings:-none}
- native: axum $(locked "$ours" axum); native-plain: axum $(locked "$theirs" axum)
- Sidepane $commit, wasmtime $(locked "$ours" wasmtime)
- Extism $(locked "$theirs" extism), wasmtime $(locked "$theirs" wasmtime), its guest's PDK $(locked "$theirs" extism-pdk)
- load: $(wrk --version 2>&1 | head -n 1 | cut -d ' ' -f 1-2), one thread
END
  version wasmtime "$dir/bin/wasmtime" --version
  version workerd "$dir/bin/workerd" --version
  version deno "$dir/bin/deno" --version
  version node-vm node --version
}

# SERVER COMMAND…: the first line of what a command says of its version, if its server is measured.
version() {
  local name=$1 said
  shift
  if [[ " ${peers[*]} " == *" $name"* ]]; then
    said=$("$@" | head -n 1)
    echo "- $name ${said#"$name "}"
  fi
}
