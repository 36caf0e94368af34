package io.kollaps.node.doctor;

import io.kollaps.node.prerequisites.Distribution;
import java.util.List;
import java.util.Locale;

/** Commands and packages that mend what is missing, in the words of this machine's system. */
final class Remedies {
  static final String UPDATE_WSL = "in Windows: wsl --update, then wsl --shutdown, and start again";

  private final Machine machine;

  Remedies(Machine machine) {
    this.machine = machine;
  }

  private String kernelVersion() {
    return machine.read("/proc/version").orElse("");
  }

  /** True under Windows Subsystem for Linux of any version. */
  boolean wsl() {
    return kernelVersion().toLowerCase(Locale.ROOT).contains("microsoft");
  }

  /** True under the first WSL, which has no Linux kernel. */
  boolean wsl1() {
    String version = kernelVersion();
    return version.contains("-Microsoft") && !version.contains("WSL2");
  }

  /** Name of the container engine around this process, empty when there is none. */
  String container() {
    if (machine.exists("/run/.containerenv")) {
      return "Podman";
    }
    if (machine.exists("/.dockerenv")) {
      return "Docker";
    }
    String ancestors = machine.read("/proc/1/cgroup").orElse("");
    for (String engine : List.of("kubepods", "docker", "lxc", "libpod")) {
      if (ancestors.contains("/" + engine)) {
        return engine;
      }
    }
    return machine.read("/run/systemd/container").map(String::strip).orElse("");
  }

  Distribution distribution() {
    return Distribution.of(machine.read("/etc/os-release").orElse(""));
  }

  /** Installs a package, whose name may differ. */
  String install(String debian, String fedora) {
    Distribution distribution = distribution();
    String name = distribution == Distribution.FEDORA ? fedora : debian;
    return "as root: " + distribution.installCommand(List.of(name));
  }

  /** Loads a kernel module now and at every start of the machine. */
  String module(String module) {
    if (!container().isEmpty()) {
      return "on the machine that runs the container, as root: modprobe " + module;
    }
    String now =
        "as root: modprobe "
            + module
            + " && echo "
            + module
            + " > /etc/modules-load.d/kollaps-"
            + module
            + ".conf";
    if (wsl()) {
      return now + " (no such module: " + UPDATE_WSL + ")";
    }
    return switch (distribution()) {
      case DEBIAN ->
          now
              + " (no such module: apt-get install linux-modules-extra-$(uname -r) on Ubuntu,"
              + " linux-image-amd64 instead of a cloud kernel on Debian)";
      case FEDORA -> now + " (no such module: dnf install kernel-modules-$(uname -r))";
      case OTHER -> now;
    };
  }

  /**
   * Brings a piece of the kernel's traffic control, which distributions put into packages of their
   * own.
   *
   * @param module the module's name
   * @param option the kernel's configuration option
   */
  String trafficControl(String module, String option) {
    if (!container().isEmpty()) {
      return "on the machine that runs the container, as root: modprobe "
          + module
          + " (no such module: its packages of more modules, or a kernel with "
          + option
          + ")";
    }
    String now =
        "as root: modprobe "
            + module
            + " && echo "
            + module
            + " > /etc/modules-load.d/kollaps-"
            + module
            + ".conf";
    if (wsl()) {
      return now
          + " (no such module: "
          + UPDATE_WSL
          + "; when the newest kernel has none either, build Microsoft's with "
          + option
          + "=m and name it in .wslconfig as kernel=...)";
    }
    return switch (distribution()) {
      case DEBIAN ->
          now
              + " (no such module: apt-get install linux-modules-extra-$(uname -r) on Ubuntu,"
              + " linux-image-amd64 instead of a cloud kernel on Debian)";
      case FEDORA ->
          now
              + " (no such module: dnf install kernel-modules-$(uname -r)"
              + " kernel-modules-extra-$(uname -r))";
      case OTHER -> now + " (no such module: a kernel with " + option + ")";
    };
  }

  /** Sets a kernel parameter now and at every start of the machine. */
  String sysctl(String name, String value) {
    String where =
        container().isEmpty() ? "as root: " : "on the machine that runs the container, as root: ";
    return where
        + "sysctl -w "
        + name
        + "="
        + value
        + " && echo "
        + name
        + "="
        + value
        + " >> /etc/sysctl.d/60-kollaps.conf";
  }

  /** Starts this container with the rights that network namespaces take. */
  static String containerRights() {
    return "start the container with --cap-add SYS_ADMIN --cap-add NET_ADMIN --cap-add SYS_NICE"
        + " --device /dev/net/tun --security-opt apparmor=unconfined --security-opt seccomp=unconfined"
        + " (or --privileged)";
  }
}
