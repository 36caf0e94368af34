package io.kollaps.node.doctor;

import io.kollaps.linux.LinuxException;
import io.kollaps.linux.NetworkNamespace;
import io.kollaps.node.prerequisites.ProgramOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Starts a program the way endpoints start: own session, killed with its parent, in a network
 * namespace, in new mount, process, host name and IPC namespaces, with a file mounted over another.
 */
final class ProgramsCheck implements Check {
  private static final Duration LONGEST_START = Duration.ofSeconds(5);
  private static final String EFFECT = "no program can be started: a run cannot start";

  /** Program to its packages in Debian and in Fedora. */
  private static final Map<String, List<String>> TOOLS =
      Map.of(
          "setsid", List.of("util-linux", "util-linux"),
          "setpriv", List.of("util-linux", "util-linux"),
          "nsenter", List.of("util-linux", "util-linux"),
          "unshare", List.of("util-linux", "util-linux"),
          "mount", List.of("mount", "util-linux"),
          "hostname", List.of("hostname", "hostname"),
          "sh", List.of("dash", "bash"));

  private final Machine machine;
  private final KernelObjects kernel;
  private final Remedies remedies;

  ProgramsCheck(Machine machine, KernelObjects kernel) {
    this.machine = machine;
    this.kernel = kernel;
    this.remedies = new Remedies(machine);
  }

  @Override
  public String name() {
    return "programs";
  }

  @Override
  public CheckResult run() throws LinuxException {
    List<String> missing =
        TOOLS.keySet().stream().filter(t -> machine.program(t).isEmpty()).sorted().toList();
    if (!missing.isEmpty()) {
      Set<String> debian = new LinkedHashSet<>();
      Set<String> fedora = new LinkedHashSet<>();
      for (String tool : missing) {
        List<String> packages = TOOLS.getOrDefault(tool, List.of(tool, tool));
        debian.add(packages.getFirst());
        fedora.add(packages.getLast());
      }
      return CheckResult.missing(
          name(),
          "not installed: " + String.join(", ", missing),
          EFFECT,
          remedies.install(String.join(" ", debian), String.join(" ", fedora)));
    }
    Optional<NetworkNamespace> scratch = Optional.empty();
    try {
      scratch = Optional.of(kernel.makeNetworkNamespace());
      ProgramOutcome outcome = machine.run(command(scratch.get().path()), LONGEST_START);
      return result(outcome);
    } catch (LinuxException e) {
      return CheckResult.missing(
          name(), "not tried: no network namespace (" + e.getMessage() + ")", EFFECT, "");
    } finally {
      scratch.ifPresent(NetworkNamespace::close);
    }
  }

  private CheckResult result(ProgramOutcome outcome) {
    if (outcome.succeeded()) {
      return CheckResult.ok(
          name(),
          "started one in network, mount, process, host name and IPC namespaces of its own");
    }
    String said = outcome.lastLine();
    return CheckResult.missing(
        name(),
        "starting one in namespaces of its own "
            + outcome.ending()
            + (said.isEmpty() ? "" : ": " + said),
        EFFECT,
        remedy(said));
  }

  private String remedy(String said) {
    if (said.contains("unrecognized option") || said.contains("invalid option")) {
      return "install a newer util-linux (2.36 or newer)";
    }
    String lower = said.toLowerCase(Locale.ROOT);
    if (!remedies.container().isEmpty()) {
      return Remedies.containerRights();
    }
    if (lower.contains("no space left")) {
      return remedies.sysctl("user.max_mnt_namespaces", "10000")
          + "; the same with user.max_pid_namespaces";
    }
    return "start as root: sudo ./kollaps ...; when that fails too, look at the kernel's messages: dmesg";
  }

  private List<String> command(String networkNamespace) {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(tool("setsid"), "--wait"));
    command.addAll(List.of(tool("setpriv"), "--pdeathsig", "KILL", "--"));
    command.addAll(List.of(tool("nsenter"), "--net=" + networkNamespace, "--"));
    command.addAll(List.of(tool("unshare"), "--mount", "--pid", "--uts", "--ipc", "--fork"));
    command.addAll(List.of("--kill-child=KILL", "--propagation", "private", "--"));
    String script =
        tool("mount") + " --bind /dev/null /etc/hosts && " + tool("hostname") + " kollaps-doctor";
    command.addAll(List.of(tool("sh"), "-c", script));
    return command;
  }

  private String tool(String name) {
    return machine.program(name).orElse(name);
  }
}
