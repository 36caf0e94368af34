package io.kollaps.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.node.local.NodeActions;
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

/** Real daemons, each as on a machine of its own. */
@Order(60)
class ClusterTest {
  /** Far above what a loaded machine takes; only a hang gets there. */
  private static final Duration BOUND = Duration.ofSeconds(120);

  /** Probes have a test of their own. */
  private static final String UNMEASURED = "KOLLAPS_PROBE=off";

  /** They run nothing, and several of them start on one machine. */
  private static final String SMALL = "KOLLAPS_NODE_JVM=small";

  private static final Duration LOSSY = Duration.ofSeconds(20);

  private static final Pattern TOKEN = Pattern.compile("KOLLAPS-1-[0-9a-f-]+");

  /** Between reading a clock and its monotonic base, a loaded machine may take the processor. */
  private static final double CLOCK_READING_MILLIS = 100;

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
    List<String> all = new ArrayList<>(List.of(UNMEASURED, SMALL));
    all.addAll(variables);
    Started daemon = network.start(node, all, words.toArray(String[]::new));
    daemons.add(daemon);
    return daemon;
  }

  private Started bootstrap(int node) throws Exception {
    Started daemon = daemon(node, List.of(), "--bootstrap");
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

  private String token(int node, String... more) throws Exception {
    List<String> words = new ArrayList<>(List.of("token", "rotate"));
    words.addAll(List.of(more));
    Finished rotated = network.kollaps(node, words.toArray(String[]::new));
    Matcher matcher = TOKEN.matcher(rotated.out());
    assertThat(matcher.find()).as(rotated.shown()).isTrue();
    return matcher.group();
  }

  private JsonNode nodes(int node) throws Exception {
    Finished finished = network.kollaps(node, "nodes", "--json");
    assertThat(finished.exitCode()).as(finished.shown()).isZero();
    return finished.json();
  }

  private static JsonNode row(JsonNode nodes, String name) {
    for (JsonNode row : nodes.path("nodes")) {
      if (row.path("name").asString("").equals(name)) {
        return row;
      }
    }
    return nodes.path("no such node");
  }

  @Test
  void shouldFormSurviveItsLeaderTakeItBackAndLetItGo() throws Exception {
    Started first = bootstrap(1);
    String token = token(1);
    // its clock is 3 s ahead
    daemon(
        2,
        List.of("KOLLAPS_JAVA_FLAGS=-Dkollaps.clock.shift.millis=3000"),
        "--join",
        token,
        "--via",
        NodeNetwork.address(1));
    Started third = daemon(3, List.of(), "--join", token); // found by broadcast
    Waiting.until(
        "three nodes, all of which vote", BOUND, () -> voters(1) == 2 && network.alive(1) == 3);
    Waiting.until("a clock of node 2", BOUND, () -> clockKnown(3, "n2"));
    expectClock(row(nodes(3), "n2"));
    Waiting.until(
        "the same state everywhere",
        BOUND,
        () -> network.nodes(2).nodes().size() == 3 && revisions(1) == 1);
    String identity = row(nodes(1), "n1").path("id").asString("");
    Figures.saw("memory of a daemon that runs nothing: %d MB", residentMegabytes(third));

    first.kill();
    long killed = System.nanoTime();
    Waiting.until("another leader", BOUND, () -> leads(2, "n2") || leads(2, "n3"));
    Figures.saw(
        "another leader seen %d ms after kill -9 of the first",
        (System.nanoTime() - killed) / 1_000_000);
    Waiting.until("the killed one is lost", BOUND, () -> network.condition(2, "n1").equals("lost"));
    assertThat(nodes(2).path("nodes").size()).as("members stay members").isEqualTo(3);

    daemon(1, List.of());
    Waiting.until("it is back", BOUND, () -> network.condition(2, "n1").equals("alive"));
    assertThat(row(nodes(2), "n1").path("id").asString("")).isEqualTo(identity);

    Finished left = network.kollaps(2, "node", "leave", "n3");
    assertThat(left.exitCode()).as(left.shown()).isZero();
    Finished end = third.await(BOUND);
    assertThat(end.exitCode()).as(end.shown()).isZero();
    Waiting.until("two members", BOUND, () -> network.nodes(1).nodes().size() == 2);
    assertThat(network.folder(3).resolve("keys")).doesNotExist();
  }

  private static void expectClock(JsonNode row) {
    // the leader's clock minus its own
    assertThat(Math.abs(row.path("offset_millis").asDouble() + 3000))
        .as(row.toString())
        .isLessThan(row.path("bound_millis").asDouble() + CLOCK_READING_MILLIS);
  }

  private boolean leads(int asked, String name) throws Exception {
    return network.nodes(asked).nodes().stream()
        .anyMatch(row -> row.name().equals(name) && row.role().equals("leader"));
  }

  private long voters(int asked) throws Exception {
    return network.nodes(asked).nodes().stream().filter(row -> row.role().equals("voter")).count();
  }

  private boolean clockKnown(int asked, String name) throws Exception {
    return network.nodes(asked).nodes().stream()
        .anyMatch(row -> row.name().equals(name) && row.clockKnown());
  }

  private long revisions(int asked) throws Exception {
    return network.nodes(asked).nodes().stream()
        .map(NodeActions.NodeRow::revision)
        .distinct()
        .count();
  }

  private static long residentMegabytes(Started daemon) throws Exception {
    return Files.readAllLines(Path.of("/proc/" + daemon.pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void shouldLoseNobodyToLostDatagramsAndMissAKilledNode() throws Exception {
    network.loseDatagrams(1);
    network.loseDatagrams(2);
    Started first = bootstrap(1);
    Started second = daemon(2, List.of(), "--join", token(1), "--via", NodeNetwork.address(1));
    Waiting.until("two nodes", BOUND, () -> network.alive(1) == 2);
    Thread.sleep(LOSSY); // some forty pings, a third of them without an answer
    assertThat(Files.readString(first.err())).doesNotContain("is lost");
    assertThat(network.lostDatagrams(1)).isPositive();
    assertThat(network.lostDatagrams(2)).isPositive();

    second.kill();
    long killed = System.nanoTime();
    Waiting.until(
        "the leader misses node 2",
        BOUND,
        () -> Files.readString(first.err()).contains("node n2 is lost"));
    Figures.saw("a killed node lost after %d ms", (System.nanoTime() - killed) / 1_000_000);
    assertThat(row(nodes(1), "n2").path("condition").asString("")).isEqualTo("lost");

    daemon(2, List.of());
    Waiting.until("node 2 is back", BOUND, () -> network.alive(1) == 2);
    assertThat(lines(Files.readString(first.err()), "is lost")).isEqualTo(1);
  }

  @Test
  void shouldRefuseStrangersAndSaySoOnce() throws Exception {
    Started first = bootstrap(1);
    bootstrap(4); // another cluster on the same network
    String foreign = token(4);
    String once = token(1, "--uses", "1");
    String wrong = once.substring(0, once.length() - 1) + (once.endsWith("0") ? '1' : '0');
    String via = NodeNetwork.address(1);

    expectRefused(join(2, wrong, via), 1, "not valid");
    expectRefused(join(2, foreign, via), 1, "another cluster");
    expectRefused(join(2, "KOLLAPS-1-nonsense", via), 2, "no join token");
    daemon(2, List.of(), "--join", once, "--via", via);
    Waiting.until("node 2 is in", BOUND, () -> network.nodes(1).nodes().size() == 2);
    expectRefused(join(3, once, via), 1, "as often as it may");
    token(1); // ends the one before
    expectRefused(join(3, once, via), 1, "not valid");

    // 200 datagrams and some connections of garbage, short, long and endless
    Finished garbage =
        network.shell(
            3,
            """
            for i in $(seq 100); do head -c 90 /dev/urandom >/dev/udp/%1$s/7700; done
            for i in $(seq 100); do head -c 1400 /dev/urandom >/dev/udp/%1$s/7700; done
            for i in 1 2 3 4 5; do (echo GET /; sleep 0.1) >/dev/tcp/%1$s/7700; done
            head -c 300000 /dev/urandom >/dev/tcp/%1$s/7701
            true
            """
                .formatted(via));
    assertThat(garbage.exitCode()).as(garbage.shown()).isZero();

    Waiting.until(
        "both nodes are there and well",
        BOUND,
        () -> network.alive(1) == 2 && network.nodes(2).fresh());
    String log = Files.readString(first.err());
    assertThat(lines(log, "refused join")).as(log).isEqualTo(3); // once for each source and reason
    assertThat(lines(log, "refused datagram")).as(log).isBetween(1L, 2L);
    assertThat(log).doesNotContain("Exception").doesNotContain("\tat ");
  }

  private Finished join(int node, String token, String via) throws Exception {
    return network
        .start(
            node,
            List.of(UNMEASURED, SMALL),
            "node",
            "start",
            "--join",
            token,
            "--via",
            via,
            "--join-seconds",
            "10")
        .await(BOUND);
  }

  private static void expectRefused(Finished join, int code, String why) {
    assertThat(join.exitCode()).as(join.shown()).isEqualTo(code);
    assertThat(join.err()).contains(why).doesNotContain("\tat ");
  }

  private static long lines(String log, String word) {
    return log.lines().filter(line -> line.contains(word)).count();
  }

  @Test
  void shouldRefuseWrongSettingsWithTheirRange() throws Exception {
    Path file = workspace.file("node.conf", "beat-millis = fast\nbeats = 3\n");

    Finished flag = network.kollaps(1, "node", "start", "--bootstrap", "--port", "80");
    Finished named =
        network.kollaps(1, "node", "start", "--bootstrap", "--config", file.toString());
    Finished none = network.kollaps(1, "node", "start");
    Finished nobody = network.kollaps(1, "nodes");

    assertThat(flag.exitCode()).as(flag.shown()).isEqualTo(2);
    assertThat(flag.err()).contains("--port", "1024", "65534");
    assertThat(named.exitCode()).as(named.shown()).isEqualTo(2);
    assertThat(named.err()).contains(file + ":2", "beat-millis");
    assertThat(none.exitCode()).as(none.shown()).isEqualTo(2);
    assertThat(none.err()).contains("--bootstrap", "--join");
    assertThat(nobody.exitCode()).as(nobody.shown()).isEqualTo(1);
    assertThat(nobody.err()).contains("node start");
  }
}
