package io.kollaps.node.prerequisites;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kollaps.topology.Experiment;
import io.kollaps.topology.Program;
import io.kollaps.topology.ResourceLimits;
import io.kollaps.topology.Service;
import io.kollaps.topology.Settings;
import io.kollaps.topology.SourcePosition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PrerequisitesTest {
  private final Set<String> files =
      new HashSet<>(Set.of("/bin/sh", "/bin/sleep", "/own/tool", "/srv/run"));
  private final List<String> told = new ArrayList<>();
  private final List<String> ran = new ArrayList<>();
  private final Deque<ProgramOutcome> outcomes = new ArrayDeque<>();
  private String installs = "";

  @Test
  void shouldDoNothingWhenAllIsThere() throws Exception {
    debianRoot()
        .ensure(experiment(command("a", "sleep", "1"), command("b", "/own/tool")), told::add);
    assertThat(told).isEmpty();
    assertThat(ran).isEmpty();
  }

  @Test
  void shouldInstallAWellKnownProgramAfterSayingWhy() throws Exception {
    outcomes.add(new ProgramOutcome(0, ""));
    installs = "/bin/iperf3";
    debianRoot()
        .ensure(
            experiment(command("c1", "iperf3", "-c", "x"), command("c3", "iperf3", "-s")),
            told::add);
    assertThat(told).containsExactly("installing iperf3: services c1, c3 run 'iperf3'");
    assertThat(ran).hasSize(1);
    assertThat(ran.getFirst()).startsWith("apt-get ").endsWith(" install iperf3").contains(" -y ");
  }

  @Test
  void shouldFetchListsOnlyAfterAFailure() throws Exception {
    outcomes.add(new ProgramOutcome(100, "E: Unable to locate package"));
    outcomes.add(new ProgramOutcome(0, ""));
    outcomes.add(new ProgramOutcome(0, ""));
    installs = "/bin/ping";
    debianRoot().ensure(experiment(command("a", "ping", "b")), told::add);
    assertThat(told).containsExactly("installing iputils-ping: service a runs 'ping'");
    assertThat(ran).hasSize(3);
    assertThat(ran.get(1)).isEqualTo("apt-get -q update");
    assertThat(ran.get(2)).isEqualTo(ran.getFirst());
  }

  @Test
  void shouldTellWhatAptGetSaidWhenItFails() {
    outcomes.add(new ProgramOutcome(100, "E: first"));
    outcomes.add(new ProgramOutcome(100, "E: no network"));
    outcomes.add(new ProgramOutcome(100, "E: second"));
    assertThatThrownBy(() -> debianRoot().ensure(experiment(command("a", "netperf")), told::add))
        .isInstanceOf(MissingProgramException.class)
        .hasMessageContainingAll(
            "service a runs 'netperf'", "E: no network", "E: second", "code 100")
        .hasMessageContaining("non-free");
  }

  @Test
  void shouldNotTryAgainWhenTheTimeIsOver() {
    outcomes.add(new ProgramOutcome(ProgramOutcome.TIMED_OUT, "Waiting"));
    assertThatThrownBy(() -> debianRoot().ensure(experiment(command("a", "curl")), told::add))
        .hasMessageContaining("did not end in time");
    assertThat(ran).hasSize(1);
  }

  @Test
  void shouldSayInOneLineWhatToInstallWithoutRoot() {
    Prerequisites ordinary = prerequisites(false, Distribution.DEBIAN);
    assertThatThrownBy(
            () ->
                ordinary.ensure(
                    experiment(command("a", "ping", "b"), command("c", "iperf3")), told::add))
        .hasMessage(
            "missing: service a runs 'ping'; service c runs 'iperf3'; as root: apt-get install iputils-ping iperf3");
    Prerequisites fedora = prerequisites(true, Distribution.FEDORA);
    assertThatThrownBy(() -> fedora.ensure(experiment(command("a", "ping", "b")), told::add))
        .hasMessage("missing: service a runs 'ping'; as root: dnf install iputils");
    assertThat(ran).isEmpty();
  }

  @Test
  void shouldRefuseUnknownProgramsBeforeInstallingAnything() {
    Experiment mixed =
        experiment(command("a", "iperf3"), command("b", "frobnicate"), command("c", "/no/such"));
    assertThatThrownBy(() -> debianRoot().ensure(mixed, told::add))
        .hasMessageContainingAll("service b runs 'frobnicate'", "service c runs '/no/such'")
        .hasMessageNotContaining("iperf3");
    assertThat(ran).isEmpty();
  }

  @Test
  void shouldOnlyMentionWhatAScriptMayDoWithout() throws Exception {
    Experiment unsure = experiment(command("a", "sh", "-c", "ping x || frobnicate2 || sleep 1"));
    prerequisites(false, Distribution.DEBIAN).ensure(unsure, told::add);
    assertThat(told).hasSize(1);
    assertThat(told.getFirst()).contains("service a runs 'ping'", "iputils-ping");
  }

  @Test
  void shouldGoOnWithoutAnUncertainProgramThatCannotBeInstalled() throws Exception {
    outcomes.add(new ProgramOutcome(ProgramOutcome.NOT_STARTED, "no apt-get"));
    debianRoot().ensure(experiment(command("a", "sh", "-c", "ping x || sleep 1")), told::add);
    assertThat(told).hasSize(2);
    assertThat(told.getLast()).contains("could not be started", "no apt-get");
  }

  @Test
  void shouldWarnOfPackagesThatStartServices() throws Exception {
    outcomes.add(new ProgramOutcome(0, ""));
    installs = "/bin/memcached";
    debianRoot().ensure(experiment(command("a", "memcached")), told::add);
    assertThat(told.getFirst()).contains("systemctl disable --now memcached");
  }

  @Test
  void shouldRespectPathAndDirectoryOfTheService() {
    Service ownPath = service("a", Map.of("PATH", "/own"), Optional.empty(), "tool");
    Service noPath = service("b", Map.of(), Optional.empty(), "tool");
    Service directory = service("c", Map.of(), Optional.of("/srv"), "./run");
    Service elsewhere = service("d", Map.of(), Optional.of("/own"), "./run");
    Service relative = service("e", Map.of("PATH", ":x"), Optional.of("/own"), "tool");
    assertThat(debianRoot().missing(experiment(ownPath, noPath, directory, elsewhere, relative)))
        .extracting(MissingProgram::program, MissingProgram::services)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("tool", List.of("b")),
            org.assertj.core.groups.Tuple.tuple("./run", List.of("d")));
  }

  @Test
  void shouldRefuseContainers() {
    assertThat(Prerequisites.refusal(experiment(command("a", "sleep")))).isEmpty();
    assertThat(Prerequisites.refusal(experiment(command("a", "sleep"), image("b", "nginx:1"))))
        .contains(
            "service b is a container (image nginx:1); this version runs commands: give it a `command`"
                + " without `image`");
    assertThat(Prerequisites.refusal(experiment(image("x", "i"), image("y", "i"))))
        .contains(
            "services x, y are containers (image i); this version runs commands: give them a `command`"
                + " without `image`");
    assertThat(Prerequisites.refusal(experiment(image("x", "i"), image("y", "j"))).orElseThrow())
        .contains("(images i, j)");
  }

  @Test
  void shouldFindWhatThisMachineHas() {
    Experiment shell = experiment(command("a", "sh", "-c", "sleep 0"), command("b", "/bin/sh"));
    assertThat(Prerequisites.ofThisMachine().missing(shell)).isEmpty();
    assertThatCode(() -> Prerequisites.ofThisMachine().ensure(shell, told::add))
        .doesNotThrowAnyException();
    assertThat(told).isEmpty();
  }

  private Prerequisites debianRoot() {
    return prerequisites(true, Distribution.DEBIAN);
  }

  private Prerequisites prerequisites(boolean root, Distribution distribution) {
    Host host =
        new Host(
            root,
            distribution,
            Map.of("PATH", "/bin"),
            Path.of("/home/someone"),
            p -> files.contains(p.normalize().toString()));
    return new Prerequisites(host, this::run);
  }

  private ProgramOutcome run(
      List<String> command, Map<String, String> environment, Duration limit) {
    assertThat(environment).containsEntry("DEBIAN_FRONTEND", "noninteractive");
    ran.add(String.join(" ", command));
    ProgramOutcome outcome = outcomes.remove();
    if (outcome.succeeded() && command.contains("install")) {
      files.add(installs);
    }
    return outcome;
  }

  private static Service command(String name, String... arguments) {
    return service(name, Map.of(), Optional.empty(), arguments);
  }

  private static Service image(String name, String image) {
    return service(name, Map.of(), Optional.empty(), new Program.Image(image, List.of()));
  }

  private static Service service(
      String name,
      Map<String, String> environment,
      Optional<String> directory,
      String... arguments) {
    return service(name, environment, directory, new Program.Command(List.of(arguments)));
  }

  private static Service service(
      String name, Map<String, String> environment, Optional<String> directory, Program program) {
    return new Service(
        name,
        program,
        1,
        false,
        List.of(),
        List.of(),
        environment,
        directory,
        ResourceLimits.NONE,
        List.of(),
        false,
        Service.DEFAULT_STOP_GRACE_NANOS,
        true,
        SourcePosition.UNKNOWN);
  }

  private static Experiment experiment(Service... services) {
    return new Experiment(
        "test", List.of(services), List.of(), List.of(), List.of(), Settings.DEFAULT, List.of());
  }
}
