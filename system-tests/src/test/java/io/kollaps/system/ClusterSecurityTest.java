package io.kollaps.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Who gets into a cluster of real daemons, who does not, and who is put out. */
@Order(61)
class ClusterSecurityTest {
  /** Far above what a loaded machine takes; only a hang gets there. */
  private static final Duration BOUND = Duration.ofSeconds(120);

  private static final Pattern TOKEN = Pattern.compile("KOLLAPS-(ACCESS-)?1-[0-9a-f-]+");

  /** No capacity is measured: what is shown here does not depend on it. */
  private static final String NO_PROBE = "KOLLAPS_PROBE=off";

  /** They run nothing, and several of them start on one machine. */
  private static final String SMALL = "KOLLAPS_NODE_JVM=small";

  private final Workspace workspace = new Workspace();
  private final List<Started> daemons = new ArrayList<>();
  private NodeNetwork network;

  @BeforeEach
  void open() throws Exception {
    network = new NodeNetwork(workspace, 4);
  }

  @AfterEach
  void close() throws Exception {
    try {
      for (Started daemon : daemons) {
        if (daemon.alive()) {
          daemon.kill();
        }
      }
    } finally {
      try {
        if (network != null) {
          network.close();
        }
      } finally {
        workspace.close();
      }
    }
  }

  private Started daemon(int node, List<String> variables, String... more) throws Exception {
    List<String> words = new ArrayList<>(List.of("node", "start"));
    words.addAll(List.of(more));
    List<String> environment = new ArrayList<>(variables);
    environment.add(NO_PROBE);
    environment.add(SMALL);
    Started daemon = network.start(node, environment, words.toArray(String[]::new));
    daemons.add(daemon);
    return daemon;
  }

  private static List<String> shifted(Duration by) {
    return List.of("KOLLAPS_JAVA_FLAGS=-Dkollaps.clock.shift.millis=" + by.toMillis());
  }

  private Started bootstrap(int node, String... more) throws Exception {
    List<String> words = new ArrayList<>(List.of("--bootstrap"));
    words.addAll(List.of(more));
    Started daemon = daemon(node, List.of(), words.toArray(String[]::new));
    Waiting.until(
        "the join command of node " + node,
        BOUND,
        () -> TOKEN.matcher(Files.readString(daemon.out())).find() || ended(daemon));
    return daemon;
  }

  private static boolean ended(Started daemon) throws Exception {
    if (!daemon.alive()) {
      throw new AssertionError("the daemon ended: " + Files.readString(daemon.err()));
    }
    return false;
  }

  private String token(int node, String... words) throws Exception {
    List<String> line = new ArrayList<>(List.of("token"));
    line.addAll(List.of(words));
    Finished made = network.kollaps(node, line.toArray(String[]::new));
    Matcher matcher = TOKEN.matcher(made.out());
    assertThat(matcher.find()).as(made.shown()).isTrue();
    return matcher.group();
  }

  private JsonNode nodes(int node) throws Exception {
    Finished finished = network.kollaps(node, "nodes", "--json");
    assertThat(finished.exitCode()).as(finished.shown()).isZero();
    return finished.json();
  }

  private Finished join(int node, List<String> variables, String token) throws Exception {
    List<String> environment = new ArrayList<>(variables);
    environment.add(NO_PROBE);
    environment.add(SMALL);
    return network
        .start(
            node,
            environment,
            "node",
            "start",
            "--join",
            token,
            "--via",
            NodeNetwork.address(1),
            "--join-seconds",
            "10")
        .await(BOUND);
  }

  private static void expectRefused(Finished join, String why) {
    assertThat(join.exitCode()).as(join.shown()).isEqualTo(1);
    assertThat(join.err()).contains(why).doesNotContain("\tat ");
  }

  @Test
  void shouldCutOffABannedNodeAndNotLetItBack() throws Exception {
    Started first = bootstrap(1);
    String token = token(1, "rotate");
    Started second = daemon(2, List.of(), "--join", token, "--via", NodeNetwork.address(1));
    Waiting.until("two nodes", BOUND, () -> network.alive(1) == 2);
    Path stolen = network.folder(2).resolveSibling("stolen");
    copy(network.folder(2), stolen);

    Finished banned = network.kollaps(1, "node", "ban", "n2", "--reason", "a test");
    assertThat(banned.exitCode()).as(banned.shown()).isZero();
    Finished end = second.await(BOUND);
    assertThat(end.err()).contains("banned");

    // who keeps a copy of its folder comes back with its certificate, and with its token
    copy(stolen, network.folder(2));
    Started back = daemon(2, List.of());
    Waiting.until(
        "its certificate is refused",
        BOUND,
        () -> Files.readString(first.err()).contains("is banned"));
    assertThat(nodes(1).path("nodes").size()).isEqualTo(1);
    back.kill();
    remove(network.folder(2).resolve("keys"));
    remove(network.folder(2).resolve("state"));
    expectRefused(join(2, List.of(), token), "ban");
    assertThat(nodes(1).path("nodes").size()).isEqualTo(1);
  }

  @Test
  void shouldFindTheClusterOfItsTokenAmongSeveralAndSurviveAnotherAddress() throws Exception {
    bootstrap(1);
    bootstrap(4); // another cluster on the same network
    String tokenOfFirst = token(1, "rotate");
    String tokenOfFourth = token(4, "rotate");
    Started second = daemon(2, List.of(), "--join", tokenOfFirst); // by broadcast, both
    daemon(3, List.of(), "--join", tokenOfFourth);
    Waiting.until("two nodes in the first", BOUND, () -> network.alive(1) == 2);
    Waiting.until("two nodes in the other", BOUND, () -> network.alive(4) == 2);
    assertThat(nodes(2).path("cluster").asString()).isEqualTo(nodes(1).path("cluster").asString());
    assertThat(nodes(3).path("cluster").asString()).isEqualTo(nodes(4).path("cluster").asString());

    second.kill();
    Finished moved =
        network.shell(
            2, "ip addr flush dev eth0 && ip addr add 10.78.0.22/24 brd + dev eth0 && ip -4 addr");
    assertThat(moved.exitCode()).as(moved.shown()).isZero();
    daemon(2, List.of());
    Waiting.until(
        "it is known at its new address",
        BOUND,
        () -> network.alive(1) == 2 && nodes(1).toString().contains("10.78.0.22"));
  }

  @Test
  void shouldRenewCertificatesRefuseExpiredTokensAndNewerProtocols() throws Exception {
    String[] short_ = {"--certificate-days", "1"};
    Started first = bootstrap(1, short_);
    String token = token(1, "rotate", "--hours", "2");
    Started second =
        daemon(
            2, List.of(), "--join", token, "--via", NodeNetwork.address(1), short_[0], short_[1]);
    Waiting.until("two nodes", BOUND, () -> network.alive(1) == 2);

    Finished newer = join(3, List.of("KOLLAPS_JAVA_FLAGS=-Dkollaps.protocol=7"), token);
    expectRefused(newer, "speaks protocol 7 to 7");
    assertThat(Files.readString(first.err())).contains("speaks protocol 7 to 7");

    // nine hours later: certificates of a day are due, the token has ended
    first.kill();
    second.kill();
    Duration later = Duration.ofHours(9);
    Started again = daemon(1, shifted(later), short_);
    Started follower = daemon(2, shifted(later), short_);
    Waiting.until(
        "both have a new certificate while they run",
        BOUND,
        () ->
            Files.readString(again.err()).contains("certificate is renewed")
                && Files.readString(follower.err()).contains("certificate is renewed"));
    Waiting.until("two nodes again", BOUND, () -> network.alive(1) == 2);
    expectRefused(join(3, shifted(later), token), "expired");
  }

  @Test
  void shouldServeCommandsOfOtherMachinesByTheirAccessTokens() throws Exception {
    Started first = bootstrap(1, "--remote-port", "7710");
    bootstrap(4, "--remote-port", "7710");
    String reading = token(1, "access", "create", "--name", "ci");
    String control = token(1, "access", "create", "--role", "control");
    String foreign = token(4, "access", "create");

    Finished read = remote(reading, "nodes", "--json");
    assertThat(read.exitCode()).as(read.shown()).isZero();
    assertThat(read.json().path("nodes").size()).isEqualTo(1);
    Finished mayNot = remote(reading, "node", "drain", "n1");
    assertThat(mayNot.exitCode()).as(mayNot.shown()).isEqualTo(1);
    assertThat(mayNot.err()).contains("may only read");
    Finished may = remote(control, "node", "drain", "n1");
    assertThat(may.exitCode()).as(may.shown()).isZero();
    Finished atHome = remote(control, "token", "rotate");
    assertThat(atHome.err()).contains("own machine");
    Finished other = remote(foreign, "nodes");
    assertThat(other.exitCode()).as(other.shown()).isEqualTo(1);
    assertThat(other.err()).contains("another cluster").doesNotContain("\tat ");

    String id = reading.split("-", -1)[4];
    Finished revoked = network.kollaps(1, "token", "access", "revoke", id);
    assertThat(revoked.exitCode()).as(revoked.shown()).isZero();
    Finished refused = remote(reading, "nodes");
    assertThat(refused.exitCode()).as(refused.shown()).isEqualTo(1);
    assertThat(refused.err()).contains("does not count");
    assertThat(Files.readString(first.err())).contains("refused command from 10.78.0.3");
    // nothing of a secret is on the disk
    String secret = control.substring(control.length() - 40);
    Finished found = network.shell(1, "grep -rl " + secret + " " + network.folder(1) + " | wc -l");
    assertThat(found.out().strip()).isEqualTo("0");
  }

  private Finished remote(String token, String... words) throws Exception {
    List<String> line = new ArrayList<>(List.of(words));
    line.addAll(List.of("--node", NodeNetwork.address(1) + ":7710"));
    return network
        .start(3, List.of("KOLLAPS_TOKEN=" + token), line.toArray(String[]::new))
        .await(BOUND);
  }

  private static void copy(Path from, Path to) throws Exception {
    run("cp", "-a", "--remove-destination", from + "/.", to.toString());
  }

  private static void remove(Path path) throws Exception {
    run("rm", "-rf", path.toString());
  }

  private static void run(String... words) throws Exception {
    if (words[0].equals("cp")) {
      Files.createDirectories(Path.of(words[words.length - 1]));
    }
    Process process = new ProcessBuilder(words).inheritIO().start();
    assertThat(process.waitFor()).as(String.join(" ", words)).isZero();
  }
}
