# Sourced by ./kollaps and ./verify: finds a JDK 25, builds when the sources are newer than the last build, and gets Debian
# packages. POSIX sh; sets JAVA_HOME; expects KOLLAPS_HOME.
# shellcheck shell=sh

say() { printf 'kollaps: %s\n' "$*" >&2; }
fail() { say "$@"; exit 1; }

is_jdk_25() {
  [ -x "$1/bin/java" ] && [ -r "$1/release" ] && grep -q '^JAVA_VERSION="25' "$1/release"
}

# The java on PATH may be older: look where Debian, the vendors and the common installers put JDKs.
find_jdk() {
  for home in "${KOLLAPS_JAVA_HOME:-}" "${JAVA_HOME:-}"; do
    if [ -n "$home" ] && is_jdk_25 "$home"; then JAVA_HOME=$home; export JAVA_HOME; return 0; fi
  done
  on_path=$(command -v java 2>/dev/null || true)
  if [ -n "$on_path" ]; then
    home=$(dirname "$(dirname "$(readlink -f "$on_path")")")
    if is_jdk_25 "$home"; then JAVA_HOME=$home; export JAVA_HOME; return 0; fi
  fi
  for folder in /usr/lib/jvm /usr/java /usr/local /opt "${HOME:-/nonexistent}/.sdkman/candidates/java" "${HOME:-/nonexistent}/.jdks"; do
    for home in "$folder"/*; do
      if is_jdk_25 "$home"; then JAVA_HOME=$home; export JAVA_HOME; return 0; fi
    done
  done
  fail "no JDK 25 found; install one (for example Temurin 25 or openjdk-25-jdk), or set KOLLAPS_JAVA_HOME to it"
}

# need_package COMMAND PACKAGE WHY: the command is there afterwards, or the script ends with what to do.
need_package() {
  command -v "$1" >/dev/null 2>&1 && return 0
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    fail "'$1' is missing: $3. Install it: apt-get install $2"
  fi
  say "installing the Debian package $2: $3"
  if ! DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$2" >/dev/null 2>&1; then
    DEBIAN_FRONTEND=noninteractive apt-get update -qq >/dev/null 2>&1 || say "apt-get update failed; trying with the lists that are here"
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$2" >/dev/null || fail "could not install $2; install it and start again"
  fi
}

build_is_current() {
  [ -f "$KOLLAPS_HOME/.kollaps/dist/built" ] || return 1
  [ "${KOLLAPS_BUILD:-quick}" = quick ] || [ -f "$KOLLAPS_HOME/.kollaps/dist/checked" ] || return 1
  [ -z "$(find "$KOLLAPS_HOME/pom.xml" "$KOLLAPS_HOME"/*/pom.xml "$KOLLAPS_HOME"/*/src/main -newer "$KOLLAPS_HOME/.kollaps/dist/built" -print -quit 2>/dev/null)" ]
}

# Builds into a folder beside the one in use and swaps them, so that a build that fails or is cut off harms nothing.
# With KOLLAPS_BUILD=checked everything is compiled anew with every check of the compiler: Maven does not compile again what a quick
# build has compiled, and so would not check it.
build_if_needed() {
  build_is_current && return 0
  if [ -f "$KOLLAPS_HOME/.kollaps/dist/built" ] && [ ! -w "$KOLLAPS_HOME/.kollaps" ]; then
    say "the sources changed after the last build, which is used: $KOLLAPS_HOME is not writable for you"
    return 0
  fi
  mkdir -p "$KOLLAPS_HOME/.kollaps" 2>/dev/null && [ -w "$KOLLAPS_HOME/.kollaps" ] \
    || fail "not built yet, and $KOLLAPS_HOME is not writable for you; run '$KOLLAPS_HOME/kollaps version' once as its owner"
  exec 9>"$KOLLAPS_HOME/.kollaps/build.lock"
  flock 9
  if build_is_current; then exec 9>&-; return 0; fi
  need_package mvn maven "it builds Kollaps"
  say "building (first use, or the sources changed); this takes about a minute"
  log=$KOLLAPS_HOME/.kollaps/build.log
  started=$KOLLAPS_HOME/.kollaps/build.started
  : >"$started"
  quick="-Dspotless.check.skip=true -Dkollaps.quick"
  if [ "${KOLLAPS_BUILD:-quick}" = checked ]; then
    quick=
    rm -rf "$KOLLAPS_HOME"/*/target
  fi
  # shellcheck disable=SC2086
  if ! (cd "$KOLLAPS_HOME" && mvn -B -q -T 2 -pl cli -am -Dmaven.test.skip=true $quick package) >"$log" 2>&1 </dev/null 9>&-; then
    tail -n 30 "$log" >&2
    fail "the build failed; the whole log is $log"
  fi
  next=$KOLLAPS_HOME/.kollaps/dist.next
  rm -rf "$next"
  mkdir -p "$next/lib"
  cp "$KOLLAPS_HOME"/cli/target/lib/*.jar "$KOLLAPS_HOME"/cli/target/cli-*.jar "$next/lib/"
  "$JAVA_HOME/bin/java" "$KOLLAPS_HOME/scripts/PrepareJars.java" "$next/lib" >>"$log" 2>&1 </dev/null \
    || say "the libraries could not be prepared; commands start more slowly (see $log)"
  # Small jars first: Java opens them in this order until it finds a class, and large ones are those of clusters.
  # shellcheck disable=SC2012
  (cd "$next/lib" && ls -Sr -- *.jar | tr '\n' ':' | sed 's/:$//') >"$next/classpath"
  touch -r "$started" "$next/built"
  [ -n "$quick" ] || : >"$next/checked"
  rm -rf "$KOLLAPS_HOME/.kollaps/dist"
  mv "$next" "$KOLLAPS_HOME/.kollaps/dist"
  make_start_cache
  exec 9>&-
}

# ZGC reserves far more address space than it uses. It is tried where that may be refused, and only there: trying takes 0.3 s.
zgc_works() {
  if [ "$(ulimit -v)" = unlimited ] && ! grep -q 'User Mode Linux' /proc/cpuinfo 2>/dev/null; then return 0; fi
  "$JAVA_HOME/bin/java" -XX:+UseZGC -Xms256m -Xmx2g -version >/dev/null 2>&1 </dev/null && return 0
  say "ZGC does not get its address space here; with another collector packets of the user-space fabric leave late at times"
  return 1
}

absolute_classpath() {
  sed "s|^|$KOLLAPS_HOME/.kollaps/dist/lib/|; s|:|:$KOLLAPS_HOME/.kollaps/dist/lib/|g" "$KOLLAPS_HOME/.kollaps/dist/classpath"
}

# A cache of loaded and linked classes: with it short commands start in three quarters of the time. Without it everything works, only slower.
make_start_cache() {
  "$JAVA_HOME/bin/java" -XX:AOTCacheOutput="$KOLLAPS_HOME/.kollaps/dist/kollaps.aot" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
    --enable-native-access=ALL-UNNAMED -cp "$(absolute_classpath)" io.kollaps.cli.Main --help >>"$KOLLAPS_HOME/.kollaps/build.log" 2>&1 </dev/null \
    || say "no start cache could be made; commands start more slowly (see $KOLLAPS_HOME/.kollaps/build.log)"
}

# The same for the daemon, made where it is first started: two nodes in one process form a cluster, in a network namespace of their
# own. With it daemons of one machine share a third of their memory, and start in half of the processor time.
# make_node_cache FLAG...: the flags of the daemon
make_node_cache() {
  dist=$KOLLAPS_HOME/.kollaps/dist
  [ ! -e "$dist/node.aot" ] && [ ! -e "$dist/node.aot.failed" ] && [ -w "$dist" ] || return 0
  exec 9>"$KOLLAPS_HOME/.kollaps/build.lock"
  flock 9
  if [ ! -e "$dist/node.aot" ] && [ ! -e "$dist/node.aot.failed" ]; then
    say "preparing the daemon for quick starts; this takes about 20 seconds, once"
    alone="unshare --net"
    [ "$(id -u)" -eq 0 ] || alone="unshare --user --map-root-user --net"
    rehearsal=$(mktemp -d)
    # shellcheck disable=SC2086,SC2016
    if $alone sh -c 'ip link set lo up && exec "$@"' rehearsal timeout 300 "$JAVA_HOME/bin/java" "$@" \
      -XX:AOTCacheOutput="$dist/node.aot.next" -cp "$(absolute_classpath)" io.kollaps.cli.Main node rehearse --node-folder "$rehearsal/n" \
      >>"$KOLLAPS_HOME/.kollaps/build.log" 2>&1 </dev/null 9>&- && [ -f "$dist/node.aot.next" ]; then
      mv "$dist/node.aot.next" "$dist/node.aot"
    else
      : >"$dist/node.aot.failed"
      say "it could not be prepared: daemons start more slowly (see $KOLLAPS_HOME/.kollaps/build.log)"
    fi
    rm -rf "$rehearsal" "$dist/node.aot.next"
  fi
  exec 9>&-
}
