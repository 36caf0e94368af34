package io.kollaps.node.doctor;

import io.kollaps.node.prerequisites.ProgramOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Tells whether an ordinary user can run Kollaps here: as the root of user, network and mount
 * namespaces of their own.
 */
final class UserNamespacesCheck implements Check {
  private static final Duration LONGEST_TRIAL = Duration.ofSeconds(5);

  /** Id of the user nobody on all distributions: one that owns nothing. */
  private static final String NOBODY = "65534";

  private final Machine machine;
  private final Remedies remedies;

  UserNamespacesCheck(Machine machine) {
    this.machine = machine;
    this.remedies = new Remedies(machine);
  }

  @Override
  public String name() {
    return "user-namespaces";
  }

  @Override
  public CheckResult run() {
    return switch (Privileges.of(machine)) {
      case ROOT -> asRoot();
      case NAMESPACE_ROOT ->
          CheckResult.ok(name(), "this is one: started as its root, without rights on the machine");
      case ORDINARY -> ordinary();
    };
  }

  private CheckResult asRoot() {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(machine.program("setpriv").orElse("setpriv")));
    command.addAll(List.of("--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"));
    // root's rights are what an ordinary user does not have
    command.addAll(List.of("--inh-caps=-all", "--bounding-set=-all", "--"));
    command.addAll(trial());
    ProgramOutcome outcome = machine.run(command, LONGEST_TRIAL);
    if (outcome.succeeded()) {
      return CheckResult.ok(name(), "not needed as root; an ordinary user can make them too");
    }
    String said = outcome.lastLine();
    return CheckResult.missing(
        name(),
        "not needed as root; the trial as an ordinary user "
            + outcome.ending()
            + (said.isEmpty() ? "" : ": " + said),
        "ordinary users cannot run Kollaps here; root can",
        remedy());
  }

  private CheckResult ordinary() {
    String told =
        machine
            .environment(Privileges.ROOTLESS_VARIABLE)
            .filter(text -> text.startsWith("refused:"))
            .map(text -> text.substring("refused:".length()).strip())
            .orElse("");
    if (told.isEmpty()) {
      ProgramOutcome outcome = machine.run(trial(), LONGEST_TRIAL);
      if (outcome.succeeded()) {
        return CheckResult.ok(name(), "this user can make them; start by ./kollaps to run inside");
      }
      told = outcome.ending() + (outcome.lastLine().isEmpty() ? "" : ": " + outcome.lastLine());
    }
    return CheckResult.missing(
        name(),
        "making user, network and mount namespaces was refused: " + told,
        "this user cannot run Kollaps here; root can",
        remedy());
  }

  private List<String> trial() {
    return List.of(
        machine.program("unshare").orElse("unshare"),
        "--user",
        "--map-root-user",
        "--net",
        "--mount",
        "--propagation",
        "private",
        "--",
        machine.program("true").orElse("true"));
  }

  private String remedy() {
    if (machine.program("unshare").isEmpty()) {
      return remedies.install("util-linux", "util-linux");
    }
    List<String> parts = new ArrayList<>();
    if (isZero("/proc/sys/user/max_user_namespaces")) {
      parts.add(remedies.sysctl("user.max_user_namespaces", "15000"));
    }
    if (isZero("/proc/sys/kernel/unprivileged_userns_clone")) {
      parts.add(remedies.sysctl("kernel.unprivileged_userns_clone", "1"));
    }
    Optional<String> apparmor =
        machine.read("/proc/sys/kernel/apparmor_restrict_unprivileged_userns");
    if (apparmor.map(String::strip).filter("1"::equals).isPresent()) {
      parts.add(remedies.sysctl("kernel.apparmor_restrict_unprivileged_userns", "0"));
    }
    if (!parts.isEmpty()) {
      return String.join("; ", parts);
    }
    return remedies.container().isEmpty()
        ? "start as root: sudo ./kollaps ..."
        : "start as root; in a container, " + Remedies.containerRights();
  }

  private boolean isZero(String file) {
    return machine.read(file).map(String::strip).filter("0"::equals).isPresent();
  }
}
