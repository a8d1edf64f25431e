# What scripts/run, scripts/test and .ci/run share. Sourced by bash, not run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${IARC_BUILD_DIR:-$root/build}

# What building needs, from Debian 12 (LLVM 22 comes with its security updates).
packages_build=(
  cmake ninja-build ccache   # configure and build, again only what changed
  clang-22 lld-22            # the compiler and linker of iarc itself
  gcc g++                    # C++ library, and what iarcc links compiled models with
  libmlir-22-dev llvm-22-dev # MLIR and LLVM
  mlir-22-tools              # mlir-tblgen; MLIR's CMake package asks for it
  antlr4 libantlr4-runtime-dev uuid-dev # grammar: tool, runtime and what it links with
  libcli11-dev nlohmann-json3-dev # command lines and JSON of iarcc and of compiled programs
)
# What testing needs beside.
packages_test=(
  llvm-22-tools              # lit, FileCheck
  libgtest-dev               # unit tests
  libopenblas-serial-dev     # iarcc --matmul=blas
  python3                    # runs lit and the tests' helpers
)

say() { printf '%s\n' "$*" >&2; }

# Installs those of the named packages that are missing; says which when it may not.
install_packages() {
  local missing=() package installed
  installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || true)
  for package in "$@"; do
    grep -qx "installed $package" <<<"$installed" || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  local sudo=()
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      say "these Debian packages are missing and only root can install them:"
      say "  apt-get install ${missing[*]}"
      return 1
    fi
    sudo=(sudo)
  fi
  say "installing ${missing[*]}"
  local install=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive
                 apt-get install -y -q --no-install-recommends "${missing[@]}")
  # The package lists of a fresh system are empty, those of an old one out of date.
  if ! "${install[@]}" >"$log" 2>&1; then
    if ! { "${sudo[@]}" apt-get update -q && "${install[@]}"; } >"$log" 2>&1; then
      cat "$log" >&2
      say "the packages could not be installed: iarc needs Debian 12 with its security updates"
      return 1
    fi
  fi
}

# Configures a Release build, once.
configure() {
  [ -f "$build/build.ninja" ] && return 0
  say "configuring in $build"
  if ! cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
      -DCMAKE_C_COMPILER=clang-22 -DCMAKE_CXX_COMPILER=clang++-22 \
      -DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=lld -DCMAKE_SHARED_LINKER_FLAGS=-fuse-ld=lld \
      >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$build/build.ninja" # a half-made one must not count as configured
    return 1
  fi
}

# Builds the named targets; silent when there is nothing to do.
build_targets() {
  local pending
  pending=$(ninja -C "$build" -n "$@" 2>/dev/null | grep -c '^\[' || true)
  [ "$pending" = 0 ] && return 0
  say "building ($pending steps; the first time takes some minutes)"
  if ! ninja -C "$build" "$@" >"$log" 2>&1; then
    cat "$log" >&2
    return 1
  fi
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
