package io.kollaps.node.doctor;

import io.kollaps.linux.Errno;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks that say how well a run goes, whatever its fabric. */
final class GeneralChecks {
  /** Descriptors of an endpoint: namespace, device, pipes of its program, log files; rounded up. */
  static final int DESCRIPTORS_PER_ENDPOINT = 8;

  /** Descriptors of the process itself. */
  static final int DESCRIPTORS_OF_RUN = 256;

  private static final Pattern OPEN_FILES =
      Pattern.compile("Max open files\\s+(\\d+|unlimited)\\s+(\\d+|unlimited)");

  /** Clock sources that are read without leaving user space. */
  private static final List<String> FAST_CLOCKS =
      List.of(
          "tsc",
          "kvm-clock",
          "arch_sys_counter",
          "hyperv_clocksource_tsc_page",
          "xen",
          "riscv_clocksource",
          "tb");

  private final Machine machine;
  private final KernelObjects kernel;
  private final Remedies remedies;
  private final int endpoints;

  private GeneralChecks(Machine machine, KernelObjects kernel, int endpoints) {
    this.machine = machine;
    this.kernel = kernel;
    this.remedies = new Remedies(machine);
    this.endpoints = endpoints;
  }

  /** All of them, in the order of the report. */
  static List<Check> all(Machine machine, KernelObjects kernel, int endpoints) {
    GeneralChecks checks = new GeneralChecks(machine, kernel, endpoints);
    return List.of(
        new UserNamespacesCheck(machine),
        new NamedCheck("real-time-priority", checks::realTimePriority),
        new NamedCheck("cpu-limits", () -> checks.limits("cpu-limits", kernel::limitCpu)),
        new NamedCheck("memory-limits", () -> checks.limits("memory-limits", kernel::limitMemory)),
        new NamedCheck("open-files", checks::openFiles),
        new ProcessorsCheck(machine),
        new NamedCheck("clock-source", checks::clockSource),
        new NamedCheck("congestion-controls", checks::congestionControls),
        new NamedCheck("environment", checks::environment));
  }

  private CheckResult realTimePriority() {
    String check = "real-time-priority";
    int errno = kernel.tryRealTime();
    if (errno == 0) {
      return CheckResult.ok(check, "SCHED_FIFO was granted");
    }
    boolean root = Privileges.of(machine) == Privileges.ROOT;
    String remedy =
        root && !remedies.container().isEmpty()
            ? "start the container with --cap-add SYS_NICE"
            : root
                ? "as root: sysctl -w kernel.sched_rt_runtime_us=950000; with CONFIG_RT_GROUP_SCHED start"
                    + " from a group of processes that has real-time budget"
                : "start as root: sudo ./kollaps ..., or let this user: echo \"$USER - rtprio 50\" |"
                    + " sudo tee /etc/security/limits.d/kollaps.conf, then log in again";
    return CheckResult.missing(
        check,
        "asking for SCHED_FIFO gave " + Errno.name(errno),
        "on a busy machine packets leave some milliseconds late; the verdict of a run says so",
        remedy);
  }

  /** Tries to limit something. */
  @FunctionalInterface
  private interface Limit {
    String make() throws IOException;
  }

  private CheckResult limits(String check, Limit limit) {
    try {
      return CheckResult.ok(check, "made and limited a control group: " + limit.make());
    } catch (IOException e) {
      boolean root = Privileges.of(machine) == Privileges.ROOT;
      return CheckResult.missing(
          check,
          "making a limited control group failed: " + e.getMessage(),
          "limits of services are not enforced; the verdict of a run with limits says so",
          root
              ? remedies.container().isEmpty()
                  ? "as root: mount -t cgroup2 none /sys/fs/cgroup, where no control groups are mounted"
                  : "start the container with --privileged --cgroupns=host"
              : "start as root: sudo ./kollaps ...");
    }
  }

  private CheckResult openFiles() {
    String check = "open-files";
    String limits = machine.read("/proc/self/limits").orElse("");
    Matcher found = OPEN_FILES.matcher(limits);
    if (!found.find()) {
      return CheckResult.missing(
          check,
          "/proc/self/limits does not tell",
          "it is not known how many endpoints can run",
          "mount /proc");
    }
    String hard = found.group(2);
    long allowed = hard.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(hard);
    long needed = DESCRIPTORS_OF_RUN + (long) DESCRIPTORS_PER_ENDPOINT * endpoints;
    long carried = Math.max(0, (allowed - DESCRIPTORS_OF_RUN) / DESCRIPTORS_PER_ENDPOINT);
    String detail =
        "at most "
            + hard
            + " open files, "
            + (hard.equals("unlimited") ? "" : "enough for " + carried + " endpoints; ")
            + endpoints
            + " endpoints take "
            + needed;
    if (allowed >= needed) {
      return CheckResult.ok(check, detail);
    }
    return CheckResult.missing(
        check,
        detail,
        "runs of more than " + carried + " endpoints end in errors",
        "in this shell, as root: ulimit -n "
            + needed
            + "; for good: echo \"* - nofile 65536\" | sudo tee /etc/security/limits.d/kollaps-files.conf,"
            + " then log in again");
  }

  private CheckResult clockSource() {
    String check = "clock-source";
    String folder = "/sys/devices/system/clocksource/clocksource0/";
    Optional<String> current =
        machine.read(folder + "current_clocksource").map(String::strip).filter(s -> !s.isEmpty());
    if (current.isEmpty()) {
      return CheckResult.ok(check, "the kernel does not tell here; taken for a fast one");
    }
    if (FAST_CLOCKS.contains(current.get())) {
      return CheckResult.ok(check, current.get());
    }
    String available = machine.read(folder + "available_clocksource").orElse("");
    Optional<String> better =
        Arrays.stream(available.strip().split("\\s+", -1))
            .filter(FAST_CLOCKS::contains)
            .findFirst();
    return CheckResult.missing(
        check,
        current.get() + ", which takes microseconds to read",
        "high packet rates cost more processor time and times are coarser",
        better
            .map(b -> "as root: echo " + b + " > " + folder + "current_clocksource")
            .orElse(
                "start the kernel with the parameter tsc=reliable where the processor's counter is steady"));
  }

  private CheckResult congestionControls() {
    String check = "congestion-controls";
    String known =
        machine.read("/proc/sys/net/ipv4/tcp_available_congestion_control").orElse("").strip();
    List<String> names = List.of(known.split("\\s+", -1));
    String now = machine.read("/proc/sys/net/ipv4/tcp_congestion_control").orElse("").strip();
    String detail =
        (known.isEmpty() ? "the kernel does not tell" : known)
            + (now.isEmpty() ? "" : "; programs get " + now);
    if (names.contains("cubic")) {
      return CheckResult.ok(
          check, detail + (names.contains("bbr") ? "" : " (bbr comes with: modprobe tcp_bbr)"));
    }
    return CheckResult.missing(
        check,
        detail,
        "programs that ask for cubic fail, and rates differ from those of usual machines",
        remedies.module("tcp_cubic"));
  }

  private CheckResult environment() {
    String check = "environment";
    if (remedies.wsl1()) {
      return CheckResult.missing(
          check,
          "WSL 1, which has no Linux kernel",
          "nothing of Kollaps works here",
          "in Windows: wsl --set-version <name of the distribution> 2");
    }
    String container = remedies.container();
    String kernelRelease = machine.read("/proc/sys/kernel/osrelease").orElse("unknown").strip();
    String system =
        machine
            .read("/etc/os-release")
            .flatMap(t -> t.lines().filter(l -> l.startsWith("PRETTY_NAME=")).findFirst())
            .map(l -> l.substring("PRETTY_NAME=".length()).replace("\"", ""))
            .orElse("unknown system");
    String who = Privileges.of(machine).name().toLowerCase(Locale.ROOT).replace('_', ' ');
    String around =
        (remedies.wsl() ? ", WSL 2" : "")
            + (container.isEmpty() ? "" : ", in a container (" + container + ")");
    return CheckResult.ok(check, system + ", Linux " + kernelRelease + around + ", as " + who);
  }
}
