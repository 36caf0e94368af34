package io.kollaps.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/**
 * An ordinary user runs what root runs.
 *
 * <p>The command starts in a mount namespace of its own, in which /dev/net/tun has the mode that it
 * has on usual systems, and the checkout stands where everybody may read it.
 */
@Order(80)
class OrdinaryUserTest {
  private static final String USER = "65534";

  private static final int ATTEMPTS = 2;

  private static final String ENTER =
      """
      mount --bind "$1" "$2/checkout" && mount -t tmpfs -o mode=755 none /dev/net \
        && mknod -m 666 /dev/net/tun c 10 200 && chmod 666 /dev/net/tun || exit 99
      folder=$2; shift 2; cd "$folder/home" || exit 99
      exec setpriv --reuid %s --regid %s --clear-groups --bounding-set=-all -- \
        env -u XDG_RUNTIME_DIR HOME="$folder/home" TMPDIR="$folder/home" KOLLAPS_STATE_DIR="$folder/home/state" "$@"
      """
          .formatted(USER, USER);

  private final Workspace workspace = new Workspace();
  private final Footprint footprint = new Footprint(workspace);

  @BeforeEach
  void makeHome() throws Exception {
    Files.setPosixFilePermissions(workspace.folder(), PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.createDirectory(workspace.folder().resolve("checkout"));
    Path home = Files.createDirectory(workspace.folder().resolve("home"));
    Files.setAttribute(home, "unix:uid", Integer.parseInt(USER));
    Files.setAttribute(home, "unix:gid", Integer.parseInt(USER));
    workspace.stateAt(home.resolve("state"));
  }

  @AfterEach
  void close() throws Exception {
    workspace.close();
  }

  @Test
  void shouldShareTheLinkOfThreeClients() throws Exception {
    Path file =
        workspace.file(
            "three.yaml",
            """
            services:
              c3: { command: iperf3 -s -p 5201 & exec iperf3 -s -p 5202, background: true, cpus: 1 }
              c1: { command: iperf3 -c c3 -p 5201 -t 9, wait_for: "c3:5201" }
              c2: { command: id -u >id; iperf3 -c c3 -p 5202 -t 3, wait_for: "c3:5202" }
            bridges: [s1, s2]
            links:
              - { from: c1, to: s1, latency: 5 ms, rate: 100 Mbit/s }
              - { from: c2, to: s1, latency: 5 ms, rate: 50 Mbit/s }
              - { from: s1, to: s2, rate: 100 Mbit/s }
              - { from: s2, to: c3, rate: 100 Mbit/s }
            timeline:
              - { at: 3 s, join: c2 }
            """);

    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      Results results = run(file, "three-" + attempt);
      Sharing.expectAtMost(results, 100, 1.5, 2.9, "c3", "c1");
      Sharing.expectAtMost(results, 100, 4.2, 5.8, "c3", "c1", "c2");
      if (Machine.passes(results, OrdinaryUserTest::expectShares)) {
        return;
      }
    }
  }

  private static void expectShares(Results results) throws Exception {
    Sharing.expect(results, "c1", "c3", 100, 1.5, 2.9);
    Sharing.expect(results, "c1", "c3", 50, 4.2, 5.8);
    Sharing.expect(results, "c2", "c3", 50, 4.2, 5.8);
    Sharing.expect(results, "c1", "c3", 100, 7.2, 8.8);
  }

  private Results run(Path file, String name) throws Exception {
    Files.deleteIfExists(workspace.folder().resolve("home/id"));
    Started started = workspace.startLine(asUser("run", file.toString(), "--results", name));
    Waiting.until(
        "c2 to start",
        Workspace.SLACK,
        () -> Files.exists(workspace.folder().resolve("home/id")) || !started.alive());
    assertThat(footprint.remember()).isGreaterThan(3);
    Finished run = started.await(Workspace.SLACK);

    Results results = new Results(workspace.folder().resolve("home").resolve(name));
    Machine.expectEnd(run, results);
    List<String> notices =
        StreamSupport.stream(results.verdict().path("reasons").spliterator(), false)
            .filter(reason -> reason.path("code").asString().equals("notice"))
            .map(reason -> reason.path("message").asString())
            .toList();
    assertThat(notices).anyMatch(n -> n.contains("CPU limit") && n.contains("not enforced"));
    assertThat(results.reasons("INFO")).contains("no-root", "no-real-time");
    assertThat(Files.getAttribute(results.folder().resolve("verdict.json"), "unix:uid"))
        .isEqualTo(Integer.parseInt(USER));
    assertThat(footprint.left()).isEmpty();
    Figures.saw("ordinary user: %s; notices %s", results.summary(), notices);
    return results;
  }

  @Test
  void shouldLeaveNothingWhenKilled() throws Exception {
    Path file =
        workspace.file(
            "long.yaml",
            """
            services:
              a: { command: setsid sleep 77233.5 & touch up; sleep 77233.5 }
              b: { command: sleep 77233.5 }
            links: [ { from: a, to: b, latency: 1 ms } ]
            """);
    footprint.token("77233.5");
    Started run = workspace.startLine(asUser("run", file.toString(), "--results", "killed"));
    Waiting.until(
        "a to start",
        Workspace.SLACK,
        () -> Files.exists(workspace.folder().resolve("home/up")) || !run.alive());
    assertThat(footprint.remember()).isGreaterThan(3);
    run.kill();

    Finished gc = workspace.startLine(asUser("gc")).await(Workspace.SHORT);

    assertThat(gc.exitCode()).as(gc.shown()).isZero();
    assertThat(footprint.left()).as(gc.shown()).isEmpty();
    assertThat(new Results(workspace.folder().resolve("home/killed")).grade()).isEqualTo("INVALID");
  }

  private List<String> asUser(String... words) {
    List<String> line =
        new ArrayList<>(
            List.of(
                "unshare",
                "--mount",
                "--propagation",
                "private",
                "--",
                "sh",
                "-c",
                ENTER,
                "enter",
                Checkout.folder().toString(),
                workspace.folder().toString(),
                workspace.folder().resolve("checkout/kollaps").toString()));
    Checkout.command();
    line.addAll(List.of(words));
    return line;
  }
}
