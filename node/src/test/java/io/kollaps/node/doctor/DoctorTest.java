package io.kollaps.node.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.fabric.MissingPiece;
import io.kollaps.linux.Errno;
import io.kollaps.node.fabric.FabricChooser;
import io.kollaps.node.prerequisites.ProgramOutcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

class DoctorTest {
  private static final List<String> NAMES =
      List.of(
          "network-namespace",
          "tun-access",
          "tun-device",
          "rtnetlink",
          "programs",
          "user-namespaces",
          "real-time-priority",
          "cpu-limits",
          "memory-limits",
          "open-files",
          "processors",
          "clock-source",
          "congestion-controls",
          "environment");

  private final FakeMachine machine = new FakeMachine();

  @Test
  void shouldFindNothingMissingOnAHealthyMachine() {
    DoctorReport report = examine();
    assertThat(report.checks()).extracting(CheckResult::name).containsExactlyElementsOf(NAMES);
    assertThat(report.checks()).allSatisfy(c -> assertThat(c.ok()).as(c.toString()).isTrue());
    assertThat(report.fabrics())
        .containsExactly(new FabricStatus("user-space", true, List.of(), ""));
    assertThat(report.chosen()).contains("user-space");
    assertThat(machine.openNamespaces).isZero();
  }

  /**
   * What is taken away, the check that must notice, a part of its remedy, and whether fabrics go.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "namespace-refused | network-namespace | sudo ./kollaps | false",
        "namespace-in-docker | network-namespace | --cap-add SYS_ADMIN | false",
        "namespaces-used-up | network-namespace | user.max_net_namespaces | false",
        "no-tun | tun-access | modprobe tun | false",
        "no-tun-in-docker | tun-access | --device /dev/net/tun | false",
        "tun-mode | tun-access | chmod 0666 /dev/net/tun | false",
        "tun-module | tun-device | modprobe tun | false",
        "tun-module-wsl | tun-device | wsl --update | false",
        "tun-module-fedora | tun-device | dnf install kernel-modules | false",
        "tun-old | tun-device | IFF_VNET_HDR | false",
        "no-rtnetlink | rtnetlink | as root | false",
        "no-setpriv | programs | apt-get install util-linux | false",
        "no-hostname-fedora | programs | dnf install hostname | false",
        "program-fails | programs | dmesg | false",
        "program-too-new | programs | newer util-linux | false",
        "users-not-allowed | user-namespaces | kernel.unprivileged_userns_clone=1 | true",
        "users-apparmor | user-namespaces | kernel.apparmor_restrict_unprivileged_userns=0 | true",
        "users-none | user-namespaces | user.max_user_namespaces=15000 | true",
        "no-real-time | real-time-priority | sched_rt_runtime_us | true",
        "no-real-time-in-docker | real-time-priority | --cap-add SYS_NICE | true",
        "no-groups | cpu-limits | mount -t cgroup2 | true",
        "no-groups | memory-limits | mount -t cgroup2 | true",
        "few-files | open-files | ulimit -n 1856 | true",
        "stolen | processors | dedicated processors | true",
        "busy | processors | top | true",
        "single | processors | two processors | true",
        "slow-clock | clock-source | echo tsc > | true",
        "slow-clock-only | clock-source | tsc=reliable | true",
        "no-cubic | congestion-controls | modprobe tcp_cubic | true",
        "wsl1 | environment | wsl --set-version | true",
      })
  void shouldNoticeWhatIsMissing(String what, String check, String remedy, boolean usable) {
    takeAway(what).accept(machine);
    DoctorReport report = examine();
    CheckResult result = result(report, check);
    assertThat(result.ok()).isFalse();
    assertThat(result.detail()).isNotBlank();
    assertThat(result.effect()).isNotBlank();
    assertThat(result.remedy()).contains(remedy);
    assertThat(report.fabrics().getFirst().usable()).isEqualTo(usable);
    assertThat(report.chosen().isPresent()).isEqualTo(usable);
    if (!usable) {
      assertThat(report.fabrics().getFirst().missing()).anyMatch(m -> m.startsWith(check + ": "));
      assertThat(report.fabrics().getFirst().remedy()).contains(remedy);
    }
    assertThat(machine.openNamespaces).isZero();
  }

  private static Consumer<FakeMachine> takeAway(String what) {
    return switch (what) {
      case "namespace-refused" -> m -> m.namespaceErrno = Errno.EPERM;
      case "namespace-in-docker" -> docker().andThen(m -> m.namespaceErrno = Errno.EPERM);
      case "namespaces-used-up" -> m -> m.namespaceErrno = 28;
      case "no-tun" -> m -> m.files.remove("/dev/net/tun");
      case "no-tun-in-docker" -> docker().andThen(m -> m.files.remove("/dev/net/tun"));
      case "tun-mode" -> m -> m.tunAccessible = false;
      case "tun-module" -> m -> m.tunErrno = Errno.ENODEV;
      case "tun-module-wsl" ->
          file("/proc/version", "Linux 5.15-microsoft-standard-WSL2")
              .andThen(m -> m.tunErrno = Errno.ENOENT);
      case "tun-module-fedora" ->
          file("/etc/os-release", "ID=fedora").andThen(m -> m.tunErrno = Errno.ENOENT);
      case "tun-old" -> m -> m.tunErrno = Errno.EINVAL;
      case "no-rtnetlink" -> m -> m.linkErrno = Errno.EPERM;
      case "no-setpriv" -> m -> m.missingPrograms.add("setpriv");
      case "no-hostname-fedora" ->
          file("/etc/os-release", "ID=fedora").andThen(m -> m.missingPrograms.add("hostname"));
      case "program-fails" -> m -> m.outcome = new ProgramOutcome(1, "unshare: refused");
      case "program-too-new" ->
          m -> m.outcome = new ProgramOutcome(1, "x: unrecognized option '--y'");
      case "users-not-allowed" -> users("/proc/sys/kernel/unprivileged_userns_clone", "0");
      case "users-apparmor" -> users("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1");
      case "users-none" -> users("/proc/sys/user/max_user_namespaces", "0");
      case "no-real-time" -> m -> m.realTimeErrno = Errno.EPERM;
      case "no-real-time-in-docker" -> docker().andThen(m -> m.realTimeErrno = Errno.EPERM);
      case "no-groups" -> m -> m.groupFailure = "no control groups";
      case "few-files" -> file("/proc/self/limits", "Max open files 1024 1024 files");
      case "stolen" -> m -> m.laterStat = "cpu 10 0 10 70 0 0 0 10 0 0";
      case "busy" -> m -> m.laterStat = "cpu 85 0 5 9 0 0 0 1 0 0";
      case "single" -> m -> m.processors = 1;
      case "slow-clock" ->
          clock("hpet").andThen(file(CLOCKS + "available_clocksource", "tsc hpet"));
      case "slow-clock-only" -> clock("acpi_pm");
      case "no-cubic" -> file("/proc/sys/net/ipv4/tcp_available_congestion_control", "reno");
      case "wsl1" -> file("/proc/version", "Linux version 4.4.0-19041-Microsoft");
      default -> throw new IllegalArgumentException(what);
    };
  }

  private static final String CLOCKS = "/sys/devices/system/clocksource/clocksource0/";

  private static Consumer<FakeMachine> file(String path, String text) {
    return m -> m.files.put(path, text + "\n");
  }

  private static Consumer<FakeMachine> clock(String name) {
    return file(CLOCKS + "current_clocksource", name);
  }

  private static Consumer<FakeMachine> docker() {
    return file("/.dockerenv", "");
  }

  /**
   * An ordinary user is refused; programs inside start all the same, since that is root's trial.
   */
  private static Consumer<FakeMachine> users(String path, String text) {
    return file(path, text)
        .andThen(m -> m.ordinary().environment.put("KOLLAPS_ROOTLESS", "refused: unshare failed"));
  }

  @Test
  void shouldTellAsWhomItRuns() {
    assertThat(Privileges.of(machine)).isEqualTo(Privileges.ROOT);
    machine.environment.put("KOLLAPS_ROOTLESS", "yes");
    assertThat(Privileges.of(machine)).isEqualTo(Privileges.NAMESPACE_ROOT);
    machine.environment.clear();
    machine.files.put("/proc/self/uid_map", "0 1000 1\n");
    assertThat(Privileges.of(machine)).isEqualTo(Privileges.NAMESPACE_ROOT);
    assertThat(Privileges.of(machine.ordinary())).isEqualTo(Privileges.ORDINARY);
  }

  @Test
  void shouldRepeatTheRefusalThatTheLauncherSaw() {
    machine
        .ordinary()
        .environment
        .put("KOLLAPS_ROOTLESS", "refused: unshare: Operation not permitted");
    assertThat(result(examine(), "user-namespaces").detail())
        .contains("unshare: Operation not permitted");
  }

  @Test
  void shouldSurviveChecksThatThrowOrHang() {
    Check throwing =
        new NamedCheck(
            "throwing",
            () -> {
              throw new IllegalStateException("broken");
            });
    Check error =
        new NamedCheck(
            "error",
            () -> {
              throw new StackOverflowError();
            });
    Check hanging =
        new NamedCheck(
            "hanging",
            () -> {
              Thread.sleep(Duration.ofMinutes(5));
              return CheckResult.ok("hanging", "");
            });
    Check fine = new NamedCheck("fine", () -> CheckResult.ok("fine", "done"));
    DoctorReport report =
        new Doctor(List.of(), List.of(throwing, error, hanging, fine), Duration.ofSeconds(1))
            .examine();
    assertThat(report.checks())
        .extracting(CheckResult::ok)
        .containsExactly(false, false, false, true);
    assertThat(result(report, "throwing").detail()).contains("broken");
    assertThat(result(report, "hanging").detail()).contains("1000 ms");
    assertThat(report.chosen()).isEmpty();
    assertThat(report.toText()).contains("a run cannot start");
  }

  @Test
  void shouldTakeTheFirstUsableFabricAndRunSharedChecksOnce() {
    int[] runs = {0};
    Check shared = new NamedCheck("shared", () -> CheckResult.ok("shared", "run " + ++runs[0]));
    Check bad =
        new NamedCheck("fq", () -> CheckResult.missing("fq", "no fq", "none", "modprobe sch_fq"));
    DoctorReport report =
        new Doctor(
                List.of(probe("kernel", shared, bad), probe("user-space", shared)), List.of(shared))
            .examine();
    assertThat(runs[0]).isEqualTo(1);
    assertThat(report.chosen()).contains("user-space");
    assertThat(report.fabrics().getFirst())
        .isEqualTo(new FabricStatus("kernel", false, List.of("fq: no fq"), "modprobe sch_fq"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "debian | fq | modprobe sch_fq | linux-modules-extra",
        "fedora | netem | modprobe sch_netem | dnf install kernel-modules-$(uname -r) kernel-modules-extra",
        "wsl | fq | wsl --update | CONFIG_NET_SCH_FQ=m",
        "docker | htb | on the machine that runs the container | modprobe sch_htb",
        "other | clsact | modprobe sch_ingress | CONFIG_NET_SCH_INGRESS",
        "ordinary | bpf-rights | sudo ./kollaps | root",
        "debian | bpf-rights | Linux 5.18 | CONFIG_BPF_SYSCALL",
      })
  void shouldSayWhatBringsAMissingPiece(String where, String piece, String first, String second) {
    switch (where) {
      case "fedora" -> machine.files.put("/etc/os-release", "ID=fedora\n");
      case "wsl" -> machine.files.put("/proc/version", "Linux 6.6-microsoft-standard-WSL2");
      case "docker" -> machine.files.put("/.dockerenv", "");
      case "other" -> machine.files.put("/etc/os-release", "ID=arch\n");
      case "ordinary" -> machine.environment.put("KOLLAPS_ROOTLESS", "yes");
      default -> {}
    }
    DoctorReport report = examine("kernel", new MissingPiece(piece, "it was refused"));
    FabricStatus kernel = report.fabrics().getLast();
    assertThat(kernel.name()).isEqualTo("kernel");
    assertThat(kernel.usable()).isFalse();
    assertThat(kernel.missing()).containsExactly("kernel-" + piece + ": it was refused");
    assertThat(kernel.remedy()).contains(first, second);
    assertThat(report.chosen()).contains("user-space");
    assertThat(report.toText()).contains("kernel-" + piece);
  }

  @Test
  void shouldNameEveryMissingPieceAndTryNoneWithoutANamespace() {
    DoctorReport report =
        examine("tc", new MissingPiece("htb", "no htb"), new MissingPiece("netem", "no netem"));
    assertThat(report.fabrics().getLast().missing())
        .containsExactly("tc-htb: no htb", "tc-netem: no netem");
    assertThat(report.fabrics().getLast().remedy()).contains("sch_htb", "sch_netem");
    machine.namespaceErrno = Errno.EPERM;
    assertThat(examine("tc", new MissingPiece("htb", "no htb")).fabrics().getLast().missing())
        .hasSize(2)
        .allMatch(text -> text.startsWith("network-namespace: ") || text.startsWith("programs: "));
  }

  @Test
  void shouldCallAFabricUsableThatLacksNothing() {
    DoctorReport report = examine("kernel");
    assertThat(report.fabrics().getLast())
        .isEqualTo(new FabricStatus("kernel", true, List.of(), ""));
    assertThat(result(report, "kernel-fabric").ok()).isTrue();
  }

  private DoctorReport examine(String fabric, MissingPiece... missing) {
    return new Doctor(
            List.of(
                new UserSpaceProbe(machine, machine),
                new PiecesProbe(fabric, () -> List.of(missing), machine, machine)),
            GeneralChecks.all(machine, machine, 200))
        .examine();
  }

  private static FabricProbe probe(String name, Check... needs) {
    return new FabricProbe() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public List<Check> needs() {
        return List.of(needs);
      }
    };
  }

  @Test
  void shouldHaveTheFieldsOfItsContract() {
    JsonMapper mapper =
        JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();
    machine.namespaceErrno = Errno.EPERM;
    JsonNode json = mapper.readTree(mapper.writeValueAsString(examine()));
    assertThat(json.propertyNames()).containsExactlyInAnyOrder("fabrics", "chosen", "checks");
    assertThat(json.get("chosen").isNull()).isTrue();
    assertThat(json.get("fabrics").get(0).propertyNames())
        .containsExactlyInAnyOrder("name", "usable", "missing", "remedy");
    assertThat(json.get("checks").get(0).propertyNames())
        .containsExactlyInAnyOrder("name", "ok", "detail", "effect", "remedy");
  }

  @Test
  void shouldAlignTheTextAndEndWithRemedies() {
    machine.realTimeErrno = Errno.EPERM;
    List<String> lines = examine().toText().lines().toList();
    List<String> checks = lines.subList(2, 2 + NAMES.size());
    int column = checks.getFirst().indexOf(" ok ") + 1;
    assertThat(checks)
        .allMatch(l -> l.startsWith("ok ", column) || l.startsWith("missing ", column));
    assertThat(lines.getLast()).contains("to mend it: ");
    assertThat(lines.get(lines.size() - 2)).contains("real-time-priority: ");
  }

  @Test
  void shouldExamineThisMachine() {
    DoctorReport report = Doctor.ofThisMachine(Doctor.DEFAULT_ENDPOINTS).examine();
    assertThat(report.checks()).extracting(CheckResult::name).containsAll(NAMES);
    assertThat(report.fabrics())
        .extracting(FabricStatus::name)
        .containsExactlyElementsOf(FabricChooser.preference(Doctor.DEFAULT_ENDPOINTS));
    assertThat(report.fabrics().getFirst().usable())
        .as("this test needs root and /dev/net/tun: " + report.toText())
        .isTrue();
    assertThat(result(report, "memory-limits").detail()).contains("kollaps-doctor-");
    String group = result(report, "memory-limits").detail().replaceFirst(".*, ", "");
    assertThat(Path.of(group).getParent()).exists();
    assertThat(Path.of(group)).doesNotExist();
  }

  private DoctorReport examine() {
    return new Doctor(
            List.of(new UserSpaceProbe(machine, machine)), GeneralChecks.all(machine, machine, 200))
        .examine();
  }

  private static CheckResult result(DoctorReport report, String name) {
    return report.checks().stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
  }
}
