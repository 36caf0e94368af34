# First process of an endpoint's pid namespace. It prepares what the endpoint sees, and makes a child
# that waits for the word to start and then becomes the command; so nothing but the last step is left
# to do at the start. It ends with the command's exit code. When it ends, the kernel ends everything
# inside.
#
# Arguments: NAME LIFE STATE ERRORS FSTAB DIRECTORY ENVIRONMENT GROUPS [PROCESSES-FILE]... COMMAND [ARG]...
#   LIFE         file that is there as long as Kollaps lives
#   STATE        file where this tells how far it is; removed when the endpoint crashes
#   ERRORS       the endpoint's standard error log
#   FSTAB        what to mount
#   ENVIRONMENT  file with the variables of the command
#   GROUPS       how many files follow to which 0 is written to go into a control group
# Standard input: one line when the command is to start; its end means that Kollaps is gone.
name=$1 life=$2 state=$3 errors=$4 fstab=$5 directory=$6 environment=$7 groups=$8
shift 8

fail() {
  echo "kollaps: endpoint $name: $1" >&2
  if [ -e "$state" ]; then echo "failed: $1" >"$state"; fi
  exit 125
}

# From here on the end of Kollaps, or of "unshare", ends this process; these find an end before "from
# here on": of Kollaps, and of a start that was killed while "unshare" made this process.
[ -e "$life" ] && [ -e "$state" ] || exit 125
exec 2>>"$errors" || exit 125

while [ "$groups" -gt 0 ]; do
  echo 0 >"$1" || fail "cannot go into control group $1"
  shift
  groups=$((groups - 1))
done

mount -a -T "$fstab" || fail "cannot mount what $fstab lists; the reason stands above"
# an ordinary user may set the name by the call only
{ echo "$name" >/proc/sys/kernel/hostname; } 2>/dev/null || hostname "$name" \
  || echo "kollaps: endpoint $name: cannot set the host name" >&2
cd "$directory" || fail "cannot go to directory $directory; it must be there and readable"

# The shell's own remarks about how the command ended are not the command's output.
exec 4>&2 2>/dev/null
(
  exec 2>&4 4>&-
  echo ready >"$state"
  read -r word || exit 125
  [ "$word" = start ] && [ -e "$state" ] || exit 125
  exec </dev/null
  . "$environment"
  exec "$@"
)
code=$?
# "unshare" of some versions gives another code when this process is killed: what does not say
# "ended" was killed.
[ -e "$state" ] && echo "ended $code" >"$state"
exit $code
