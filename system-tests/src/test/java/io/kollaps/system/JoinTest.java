package io.kollaps.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
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

/**
 * The five scenarios of the thesis (chapter 6.2): real daemons, real probes, links of different
 * speeds.
 */
@Order(61)
class JoinTest {
  private static final Duration BOUND = Duration.ofSeconds(120);
  private static final Pattern TOKEN = Pattern.compile("KOLLAPS-1-[0-9a-f-]+");

  /** TCP payload in an Ethernet frame as HTB counts it: 1448 of 1514 bytes. */
  private static final double GOODPUT = 1448 / 1514.0;

  /** Probes of a second on a machine that others use too. */
  private static final double TOLERANCE = 0.15;

  private static final List<String> SHORT_PROBES =
      List.of("KOLLAPS_PROBE_SECONDS=1", "KOLLAPS_NOISE_PERCENT=10", "KOLLAPS_NODE_JVM=small");

  private final Workspace workspace = new Workspace();
  private final List<Started> daemons = new ArrayList<>();
  private NodeNetwork network;

  @BeforeEach
  void open() throws Exception {
    network = new NodeNetwork(workspace, 5);
    network.limit(1, "200mbit");
    network.limit(2, "50mbit");
    network.limit(3, "100mbit");
    network.limit(4, "20mbit");
    network.limit(5, "100mbit");
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

  private Started daemon(int node, String... more) throws Exception {
    List<String> words = new ArrayList<>(List.of("node", "start"));
    words.addAll(List.of(more));
    Started daemon = network.start(node, SHORT_PROBES, words.toArray(String[]::new));
    daemons.add(daemon);
    return daemon;
  }

  private Started join(int node, String token) throws Exception {
    return daemon(node, "--join", token, "--via", NodeNetwork.address(1));
  }

  private JsonNode json(int node, String... words) throws Exception {
    Finished finished = network.kollaps(node, words);
    assertThat(finished.exitCode()).as(finished.shown()).isZero();
    return finished.json();
  }

  private String condition(int asked, String name) throws Exception {
    return network.condition(asked, name);
  }

  private int members(int asked) throws Exception {
    return network.nodes(asked).nodes().size();
  }

  /** The entry of two nodes, whichever of them has it. */
  private static JsonNode pair(JsonNode capacity, String one, String other) {
    for (JsonNode row : capacity.path("nodes")) {
      for (JsonNode pair : row.path("pairs")) {
        List<String> names =
            List.of(row.path("name").asString(""), pair.path("other").asString(""));
        if (names.contains(one) && names.contains(other)) {
          return pair;
        }
      }
    }
    throw new AssertionError("no entry of " + one + " and " + other + " in " + capacity);
  }

  private static void expectMegabits(JsonNode capacity, String one, String other, double rate) {
    JsonNode pair = pair(capacity, one, other);
    for (String direction : List.of("to", "from")) {
      double megabits = pair.path(direction).path("bits_per_second").asDouble() / 1e6;
      assertThat(megabits)
          .as("%s and %s: %s", one, other, pair)
          .isCloseTo(rate * GOODPUT, within(rate * TOLERANCE));
    }
  }

  @Test
  void shouldShowTheScenariosOfTheThesis() throws Exception {
    Started first = daemon(1, "--bootstrap");
    Waiting.until(
        "the join command", BOUND, () -> TOKEN.matcher(Files.readString(first.out())).find());
    Matcher matcher = TOKEN.matcher(Files.readString(first.out()));
    assertThat(matcher.find()).isTrue();
    String token = matcher.group();

    // one after the other
    Started second = join(2, token);
    Waiting.until("node 2 is in", BOUND, () -> members(1) == 2);
    assertThat(Files.readString(second.err())).contains("measuring the capacity");

    // two at once: one waits for the other
    Started third = join(3, token);
    Started fourth = join(4, token);
    Waiting.until("nodes 3 and 4 are in", BOUND, () -> members(1) == 4);
    assertThat(Files.readString(third.err()) + Files.readString(fourth.err()))
        .contains("the cluster asks to wait: node n");
    Waiting.until("node 4 knows it too", BOUND, () -> members(4) == 4);
    JsonNode capacity = json(4, "capacity", "--json");
    Figures.saw("capacity: %s", network.kollaps(4, "capacity").out());
    expectMegabits(capacity, "n1", "n2", 50);
    expectMegabits(capacity, "n1", "n3", 100);
    expectMegabits(capacity, "n1", "n4", 20);
    expectMegabits(capacity, "n2", "n3", 50);
    expectMegabits(capacity, "n3", "n4", 20);

    // a restart, and one that left and comes again, measure nothing
    second.kill();
    Started again = daemon(2);
    Waiting.until("node 2 is back", BOUND, () -> condition(1, "n2").equals("alive"));
    assertThat(Files.readString(again.err())).doesNotContain("measuring");
    Finished left = network.kollaps(4, "node", "leave");
    assertThat(left.exitCode()).as(left.shown()).isZero();
    assertThat(fourth.await(BOUND).exitCode()).isZero();
    Waiting.until("three members", BOUND, () -> members(1) == 3);
    Started returned = join(4, token);
    Waiting.until("node 4 is in again", BOUND, () -> members(1) == 4);
    assertThat(Files.readString(returned.err())).doesNotContain("measuring");
    // it reads in the cluster's log how it left: that is not its end
    Waiting.until("node 4 knows that it is back", BOUND, () -> condition(4, "n4").equals("alive"));
    Waiting.until("node 4 listens", BOUND, () -> condition(1, "n4").equals("alive"));

    // two nodes lost within five seconds, and one that joins just then
    third.kill();
    returned.kill();
    long killed = System.nanoTime();
    Started fifth = join(5, token);
    Waiting.until(
        "both are lost",
        BOUND,
        () -> condition(1, "n3").equals("lost") && condition(1, "n4").equals("lost"));
    Figures.saw("two nodes lost after %d ms", (System.nanoTime() - killed) / 1_000_000);
    Waiting.until("node 5 is in", BOUND, () -> members(1) == 5);
    expectMegabits(json(1, "capacity", "--json"), "n1", "n5", 100);
    assertThat(members(1)).as("lost members stay members").isEqualTo(5);
    assertThat(fifth.alive()).isTrue();
    assertThat(Files.readString(first.err())).doesNotContain("Exception").doesNotContain("\tat ");
  }

  @Test
  void shouldTakeUpAClusterThatWasNotFormedToTheEnd() throws Exception {
    Started first = daemon(1, "--bootstrap");
    Waiting.until("keys are there", BOUND, this::hasKeys);
    first.kill();
    // as if it had been killed a little earlier
    Files.write(network.folder(1).resolve("forming"), new byte[0]);

    Finished plain = network.kollaps(1, "node", "start");
    assertThat(plain.exitCode()).as(plain.shown()).isEqualTo(1);
    assertThat(plain.err()).contains("not formed to the end", "--bootstrap");
    Started again = daemon(1, "--bootstrap");
    Waiting.until(
        "the join command", BOUND, () -> TOKEN.matcher(Files.readString(again.out())).find());
    assertThat(members(1)).isEqualTo(1);
    assertThat(network.folder(1).resolve("forming")).doesNotExist();
  }

  private boolean hasKeys() throws Exception {
    if (!Files.isDirectory(network.folder(1).resolve("keys"))) {
      return false;
    }
    try (var files = Files.list(network.folder(1).resolve("keys"))) {
      return files.findAny().isPresent();
    }
  }
}
