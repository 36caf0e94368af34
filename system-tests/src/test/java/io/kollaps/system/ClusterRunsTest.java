package io.kollaps.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import io.kollaps.node.local.LocalFailure;
import io.kollaps.node.local.RunActions;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import tools.jackson.databind.JsonNode;

/**
 * Experiments on a cluster of real daemons: the thesis' scenarios 6, 7 and 8, and more. One cluster
 * for all: it begins with one node, and grows to three in between.
 */
@Order(61)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterRunsTest {
  /** Scenarios 7 and 8 of the thesis: two clients, whose flows meet on the link from s1 to s2. */
  private static final String SHARED =
      """
      duration: 16 s
      services:
        c1: { command: iperf3 -c server1 -t 12 -i 1, wait_for: server1:5201 }
        c2: { command: iperf3 -c server2 -t 4 -i 1, wait_for: server2:5201 }
        server1: { command: iperf3 -s, background: true }
        server2: { command: iperf3 -s, background: true }
      bridges: [s1, s2]
      links:
        - { from: c1, to: s1, latency: 5 ms, rate: 50 Mbit/s }
        - { from: c2, to: s1, latency: 5 ms, rate: 50 Mbit/s }
        - { from: s1, to: s2, latency: 10 ms, rate: 20 Mbit/s }
        - { from: server1, to: s2, latency: 5 ms, rate: 50 Mbit/s }
        - { from: server2, to: s2, latency: 5 ms, rate: 50 Mbit/s }
      timeline:
        - { at: 5 s, join: c2 }
      """;

  private static final String LONG =
      """
      services:
        client: { command: iperf3 -c server -t %d -i 1 --forceflush, wait_for: server:5201 }
        server: { command: iperf3 -s, background: true }
      links:
        - { from: client, to: server, latency: 10 ms, rate: 5 Mbit/s }
      """;

  /** Programs that live long enough to be found. */
  private static final String STARTS =
      """
      services:
        s: { command: [sleep, "%s"], replicas: 3 }
      bridges: [b]
      links:
        - { from: s, to: b, latency: 1 ms }
      """;

  /** One endpoint for each node: spread comes first. */
  private static final String SPREAD =
      """
      services:
        s: { command: sleep 6, replicas: 3 }
      bridges: [b]
      links:
        - { from: s, to: b, latency: 1 ms }
      """;

  /** The experiment "Decentralised throttling", a client more every two seconds. */
  private static final String VECTOR =
      """
      duration: 13 s
      services:
        c1: { command: iperf3 -c server-1 -t 20, wait_for: server:5201 }
        c2: { command: iperf3 -c server-2 -t 20 }
        c3: { command: iperf3 -c server-3 -t 20 }
        c4: { command: iperf3 -c server-4 -t 20 }
        c5: { command: iperf3 -c server-5 -t 20 }
        c6: { command: iperf3 -c server-6 -t 20 }
        server: { command: iperf3 -s, background: true, replicas: 6 }
      bridges: [b1, b2, b3]
      links:
        - { from: c1, to: b1, latency: 10 ms, rate: 50 Mbit/s }
        - { from: c2, to: b1, latency: 5 ms, rate: 50 Mbit/s }
        - { from: c3, to: b1, latency: 5 ms, rate: 10 Mbit/s }
        - { from: c4, to: b2, latency: 10 ms, rate: 50 Mbit/s }
        - { from: c5, to: b2, latency: 5 ms, rate: 50 Mbit/s }
        - { from: c6, to: b2, latency: 5 ms, rate: 10 Mbit/s }
        - { from: b1, to: b2, latency: 10 ms, rate: 50 Mbit/s }
        - { from: b2, to: b3, latency: 10 ms, rate: 100 Mbit/s }
        - { from: server, to: b3, latency: 5 ms, rate: 50 Mbit/s }
      timeline:
        - { at: 2 s, join: c2 }
        - { at: 4 s, join: c3 }
        - { at: 6 s, join: c4 }
        - { at: 8 s, join: c5 }
        - { at: 10 s, join: c6 }
      """;

  /** In Mbit/s, worked out by hand as in {@link SharingVectorTest}. */
  private static final double[][] SHARES = {
    {50},
    {23.0769, 26.9231},
    {18.4615, 21.5385, 10},
    {18.4615, 21.5385, 10, 50},
    {16.9279, 19.7492, 10, 23.6991, 29.6238},
    {15.0470, 17.5549, 10, 21.0658, 26.3323, 10},
  };

  private static final double SHARE_TOLERANCE = 0.03;

  /** After a client's first data: far more than shares take to settle, which is a figure. */
  private static final double SETTLED_AFTER_SECONDS = 0.5;

  private static final double SAMPLE_SECONDS = 0.1;

  private static final double STEP_SECONDS = 2;

  /** Who looks for programs, or asks the daemons, takes the processors of who is starting. */
  private static final long UNDISTURBED_MILLIS = 4_000;

  private static final int NODES = 3;
  private static final Duration BOUND = TestCluster.BOUND;
  private static final int ATTEMPTS = 3;
  private static final int START_ATTEMPTS = 3;

  /** The goal: starts are repeated until one meets it, or some did not. */
  private static final double START_SKEW_MILLIS = 5;

  private static final long CLOCKS_APART_MILLIS = 3000;

  /** In the property, so many; 10 000 take some minutes. */
  private static final int SUBMISSIONS = Integer.getInteger("kollaps.submissions", 600);

  private static final int SENDERS = 8;
  private static final int LOOKS_AT_FLOWS = 10;

  private final Workspace workspace = new Workspace();
  private TestCluster cluster;
  private boolean grown;

  @BeforeAll
  void begin() throws Exception {
    cluster = new TestCluster(workspace, NODES);
    cluster.begin();
  }

  @AfterAll
  void close() throws Exception {
    try {
      if (cluster != null) {
        cluster.close();
      }
    } finally {
      workspace.close();
    }
  }

  @Test
  @Order(1)
  void shouldRunOnOneNodeAndLeaveNothing() throws Exception {
    Path file = workspace.file("long.yaml", LONG.formatted(3));
    Path results = workspace.folder().resolve("results-one");

    Finished run =
        cluster
            .network()
            .start(1, List.of(), "submit", file.toString(), "--wait", "-o", results.toString())
            .await(TestCluster.BOUND);

    Machine.expectEnd(run, new Results(results));
    cluster.expectClean(1);
    Finished listed = cluster.network().kollaps(1, "ls", "--json");
    assertThat(listed.json().path("runs").get(0).path("phase").asString("")).isEqualTo("finished");
    assertThat(cluster.log(1)).doesNotContain("this is a bug").doesNotContain("\tat ");
  }

  private void threeNodes() throws Exception {
    if (!grown) {
      cluster.grow(NODES, CLOCKS_APART_MILLIS);
      grown = true;
    }
  }

  @Test
  @Order(5)
  void shouldStartTogetherWhateverTheClocksSay() throws Exception {
    threeNodes();
    expectCommonStart();
  }

  @Test
  @Order(3)
  void shouldShareALinkAcrossNodes() throws Exception {
    threeNodes();
    expectSharing();
    expectVector();
  }

  @Test
  @Order(4)
  void shouldServeCommandsAboutRunsOnEveryNode() throws Exception {
    threeNodes();
    // before the runs: what happened before another node came to lead is told by nobody
    Started events = cluster.network().start(3, List.of(), "events", "-f", "--json");
    Map<String, String> pins = Map.of("client", "n1", "server", "n3");
    String run = cluster.submit(2, "long.yaml", LONG.formatted(120), pins, "abort");
    String other = cluster.submit(3, "long.yaml", LONG.formatted(120), pins, "abort");
    cluster.await(2, run, "running");
    cluster.await(2, other, "running");
    Started followed = cluster.network().start(2, List.of(), "logs", run, "client", "-f");

    expectExec(run);
    expectFlows(run);
    expectLogs(run);
    expectStop(run, other);

    Finished log = followed.await(TestCluster.BOUND);
    assertThat(log.exitCode()).as(log.shown()).isZero();
    assertThat(log.out()).as(log.shown()).contains("Connecting to host server").contains("sec");
    String end = "\"run\":\"" + run + "\",\"phase\":\"aborted\"";
    Waiting.until("the end among the events", BOUND, () -> events.outSoFar().contains(end));
    assertThat(events.outSoFar()).contains("is submitted").contains("stopped by its user");
    events.kill();
    for (int node = 1; node <= NODES; node++) {
      cluster.expectClean(node);
    }
  }

  /** A command runs inside the endpoint, wherever that is, as if it were run there by hand. */
  private void expectExec(String run) throws Exception {
    Finished words =
        kollaps(2, "exec", run, "client", "--", "bash", "-c", "echo out; echo err >&2; exit 7");
    assertThat(words.exitCode()).as(words.shown()).isEqualTo(7);
    assertThat(words.out()).isEqualTo("out\n");
    assertThat(words.err()).isEqualTo("err\n");
    Finished ping = kollaps(3, "exec", run, "client", "--", "ping", "-c", "2", "server");
    assertThat(ping.exitCode()).as(ping.shown()).isZero();
    assertThat(kollaps(1, "exec", run, "server", "--", "cat").exitCode()).isZero();
    expectFailure(2, "has no endpoint nobody", kollaps(2, "exec", run, "nobody", "--", "true"));

    String sleep = "sleep 4321." + ProcessHandle.current().pid();
    Started killed =
        cluster.network().start(2, List.of(), "exec", run, "server", "--", "sh", "-c", sleep);
    Waiting.until("the command in the endpoint", BOUND, () -> TestCluster.lives(sleep));
    killed.kill();
    Waiting.until("its end", BOUND, () -> !TestCluster.lives(sleep));
  }

  private void expectFlows(String run) throws Exception {
    Finished top = topWithFlows(run);
    assertThat(top.exitCode()).as(top.shown()).isZero();
    assertThat(top.json().path("silent")).as(top.shown()).isEmpty();
    JsonNode flow =
        StreamSupport.stream(top.json().path("flows").spliterator(), false)
            .filter(each -> each.path("from").asString("").equals("client"))
            .findFirst()
            .orElseThrow(() -> new AssertionError(top.shown()));
    assertThat(flow.path("run").asString("")).isEqualTo(run);
    assertThat(flow.path("node").asString("")).isEqualTo("n1");
    assertThat(flow.path("to").asString("")).isEqualTo("server");
    assertThat(flow.path("granted_bps").asLong()).isEqualTo(5_000_000);
    assertThat(flow.path("measured_bps").asDouble()).isBetween(1e6, 7e6);
  }

  /** The flows of a run; looks again while its program may still be connecting. */
  private Finished topWithFlows(String run) throws Exception {
    Finished top = kollaps(2, "top", run, "--once", "--json");
    for (int look = 1; look < LOOKS_AT_FLOWS && top.out().contains("\"flows\":[]"); look++) {
      top = kollaps(2, "top", run, "--once", "--json");
    }
    return top;
  }

  private void expectLogs(String run) throws Exception {
    Finished logs = kollaps(3, "logs", run);
    assertThat(logs.exitCode()).as(logs.shown()).isZero();
    assertThat(logs.out()).contains("==> client <==").contains("Connecting to host server");
    expectFailure(2, "has no endpoint nobody", kollaps(3, "logs", run, "nobody"));
    String folder = workspace.folder().resolve("too-early").toString();
    expectFailure(1, "is running", kollaps(2, "results", run, "-o", folder));
  }

  /** One run is stopped by its id and from another node; what is left by {@code --all}. */
  private void expectStop(String run, String other) throws Exception {
    Finished stopped = kollaps(3, "stop", run);
    assertThat(stopped.exitCode()).as(stopped.shown()).isZero();
    RunActions.RunDetail end = cluster.await(2, run, "aborted");
    assertThat(end.run().reason()).isEqualTo("stopped by its user");
    assertThat(cluster.inspect(2, other).run().phase()).isEqualTo("running");
    assertThat(cluster.results(2, run).log("client")).contains("Connecting to host server");
    expectFailure(1, "is over already", kollaps(2, "stop", run));
    expectFailure(1, "is aborted", kollaps(2, "exec", run, "client", "--", "true"));
    expectFailure(2, "no run is called 'nothing'", kollaps(2, "stop", "nothing"));

    Finished all = kollaps(2, "stop", "--all");
    assertThat(all.exitCode()).as(all.shown()).isZero();
    assertThat(all.out()).contains(other).doesNotContain(run);
    cluster.await(1, other, "aborted");
  }

  private Finished kollaps(int node, String... words) throws Exception {
    return cluster.network().kollaps(node, words);
  }

  private static void expectFailure(int code, String text, Finished command) {
    assertThat(command.exitCode()).as(command.shown()).isEqualTo(code);
    assertThat(command.err()).as(command.shown()).contains(text);
  }

  @Test
  @Order(6)
  void shouldAbortOrReplaceWithALostNode() throws Exception {
    threeNodes();
    expectLossOfANode();
  }

  @Test
  @Order(7)
  void shouldGoOnWithoutItsLeader() throws Exception {
    threeNodes();
    expectSurvivalOfTheLeader();
  }

  /** Scenario 7: c1 and c2 on different nodes share the link, and c1 gets it back. */
  private void expectSharing() throws Exception {
    Map<String, String> pins = Map.of("c1", "n1", "c2", "n2", "server1", "n3", "server2", "n3");
    String run = cluster.submit(2, "shared.yaml", SHARED, pins, "abort");
    cluster.await(2, run, "finished");
    Results results = cluster.results(3, run);
    Figures.saw("scenario 7: %s", results.summary());
    boolean passed =
        Machine.passes(
            results,
            each -> {
              Sharing.expect(each, "c1", "server1", 20, 2, 4.8, 0.15);
              Sharing.expect(each, "c1", "server1", 10, 6, 8.5, 0.15);
              Sharing.expect(each, "c2", "server2", 10, 6, 8.5, 0.15);
              Sharing.expect(each, "c1", "server1", 20, 10, 11.5, 0.15);
            });
    Figures.saw("scenario 7 as in figures 44 to 46: %s", passed);
    // whatever else runs on the machine: never more than the link carries
    Sharing.expectAtMost(results, 20, 6, 8.5, "server1", "c1");
    for (int node = 1; node <= NODES; node++) {
      cluster.expectClean(node);
    }
  }

  /**
   * The shares of one to six clients on three nodes are those of one machine. Three daemons with
   * their packets, and twelve programs, may leave the machine no time to answer the leader: a run
   * that was aborted for that, and says itself that there was no processor, is tried again.
   */
  private void expectVector() throws Exception {
    String run = cluster.submit(1, "vector.yaml", VECTOR, Map.of(), "abort");
    for (int attempt = 1; attempt < ATTEMPTS && cluster.abortedWithoutTime(1, run); attempt++) {
      Figures.saw("six clients on three nodes, %d: %s", attempt, cluster.inspect(1, run).run());
      cluster.awaitWork(NODES);
      run = cluster.submit(1, "vector.yaml", VECTOR, Map.of(), "abort");
    }
    RunActions.RunDetail end = cluster.await(1, run, "finished");
    assertThat(end.parts()).hasSize(3).allMatch(part -> part.endpoints() == 4);
    Results results = cluster.results(2, run);
    Figures.saw("six clients on three nodes: %s", results.summary());
    boolean passed = Machine.passes(results, ClusterRunsTest::expectShares);
    Figures.saw("six clients on three nodes as published: %s", passed);
  }

  private static void expectShares(Results results) throws Exception {
    List<Double> settled = new ArrayList<>();
    for (int clients = 1; clients <= SHARES.length; clients++) {
      double first = firstData(results, clients);
      double from = first + SETTLED_AFTER_SECONDS;
      settled.add(settledMillis(results, clients, first));
      double to = clients * STEP_SECONDS;
      for (int client = 1; client <= clients; client++) {
        double[] granted =
            results.flow("c" + client, "server-" + client).stream()
                .filter(sample -> sample.time() >= from && sample.time() <= to)
                .mapToDouble(sample -> sample.granted() / 1e6)
                .toArray();
        assertThat(granted).as("c%d of %d", client, clients).hasSizeGreaterThan(2);
        double expected = SHARES[clients - 1][client - 1];
        assertThat(Figures.median(granted))
            .as("share of c%d of %d", client, clients)
            .isCloseTo(expected, within(SHARE_TOLERANCE * expected));
      }
    }
    Figures.saw("all shares right after each client's first data (ms, grain 100): %s", settled);
  }

  /** The end of the first sample in which a client's flow carried anything. */
  private static double firstData(Results results, int client) throws Exception {
    return results.flow("c" + client, "server-" + client).stream()
        .filter(sample -> sample.measured() > 0)
        .mapToDouble(Results.Sample::time)
        .filter(time -> time >= (client - 1) * STEP_SECONDS)
        .min()
        .orElseThrow(() -> new AssertionError("c" + client + " sent nothing"));
  }

  /** From a moment to the first sample at which all clients' shares are right. */
  private static double settledMillis(Results results, int clients, double from) throws Exception {
    for (double time = from; time < clients * STEP_SECONDS; time += SAMPLE_SECONDS) {
      boolean right = true;
      for (int client = 1; client <= clients; client++) {
        double until = time + SAMPLE_SECONDS / 2;
        double granted =
            results.flow("c" + client, "server-" + client).stream()
                .filter(sample -> sample.time() <= until)
                .reduce((_, later) -> later)
                .map(sample -> sample.granted() / 1e6)
                .orElse(0.0);
        double expected = SHARES[clients - 1][client - 1];
        right &= Math.abs(granted - expected) <= SHARE_TOLERANCE * expected;
      }
      if (right) {
        return Math.round((time - from) * 1000);
      }
    }
    return Double.POSITIVE_INFINITY;
  }

  /** Programs on all nodes begin at one instant, whatever their clocks say. */
  private void expectCommonStart() throws Exception {
    List<Double> skews = new ArrayList<>();
    try (ProgramStarts starts = ProgramStarts.open()) {
      for (int attempt = 0; attempt < START_ATTEMPTS && !together(skews); attempt++) {
        skews.add(skewMillis(starts, attempt));
      }
    }
    Figures.saw(
        "programs on three nodes with clocks %d s apart began within (ms): %s",
        CLOCKS_APART_MILLIS / 1000, skews);
    // with three daemons on one machine a program waits for a processor; a wrong clock shows by
    // seconds
    assertThat(skews).allMatch(skew -> skew < CLOCKS_APART_MILLIS / 3.0);
  }

  private double skewMillis(ProgramStarts starts, int attempt) throws Exception {
    String seconds = "7.%d%d".formatted(ProcessHandle.current().pid(), attempt);
    Map<String, String> pins = Map.of("s-1", "n1", "s-2", "n2", "s-3", "n3");
    String file = STARTS.formatted(seconds);
    List<Long> began = new ArrayList<>();
    String run = cluster.submit(1, "starts.yaml", file, pins, "abort");
    Thread.sleep(UNDISTURBED_MILLIS);
    Waiting.until(
        "three programs",
        BOUND,
        () -> {
          began.clear();
          began.addAll(starts.of("sleep " + seconds));
          return began.size() == NODES;
        });
    cluster.await(1, run, "finished");
    Results results = cluster.results(1, run);
    List<Double> bounds =
        StreamSupport.stream(results.verdict().path("summaries").path("nodes").spliterator(), false)
            .map(node -> node.path("clock_bound_ms").asDouble())
            .toList();
    // the leader knows its own clock, the others know how well they know it
    assertThat(bounds).hasSize(NODES).filteredOn(bound -> bound > 0).hasSize(NODES - 1);
    return (Collections.max(began) - Collections.min(began)) / 1e6;
  }

  private static boolean together(List<Double> skewMillis) {
    return skewMillis.stream().anyMatch(skew -> skew < START_SKEW_MILLIS);
  }

  /**
   * Scenario 8: a node is killed; what it carried is aborted, or placed again where its user wants
   * that; what it did not carry goes on.
   */
  private void expectLossOfANode() throws Exception {
    String concerned =
        cluster.submit(
            1, "long.yaml", LONG.formatted(120), Map.of("client", "n2", "server", "n3"), "abort");
    String other =
        cluster.submit(
            1, "long.yaml", LONG.formatted(16), Map.of("client", "n1", "server", "n2"), "abort");
    String replaced = cluster.submit(1, "spread.yaml", SPREAD, Map.of(), "replace");
    cluster.await(1, concerned, "running");
    cluster.await(1, other, "running");
    assertThat(cluster.await(1, replaced, "running").run().nodes()).hasSize(NODES);

    Instant killed = Instant.now();
    cluster.daemon(3).kill();
    RunActions.RunDetail end = cluster.await(1, concerned, "aborted");
    Duration until = Duration.between(killed, logged("run " + concerned + ": aborted"));
    Figures.saw(
        "a node killed: the run that it carried was over everywhere after %d ms", until.toMillis());

    assertThat(end.run().reason()).contains("n3");
    // 2.5 s until a silent node counts as lost, then the other parts end: 3 s on a quiet machine
    assertThat(until).isLessThan(Duration.ofSeconds(10));
    RunActions.RunDetail again = cluster.await(1, replaced, "finished");
    assertThat(again.run().attempt()).isEqualTo(2);
    assertThat(again.run().nodes()).containsExactlyInAnyOrder("n1", "n2");
    cluster.await(1, other, "finished");
    cluster.expectClean(1);
    cluster.expectClean(2);
    cluster.start(3, 2 * CLOCKS_APART_MILLIS);
    Waiting.until(
        "node 3 is back, and has swept what it left",
        TestCluster.BOUND,
        () -> logs().contains("node n3 is back") && cluster.left(3).isEmpty());
    cluster.awaitWork(3);
  }

  /** What the daemons have logged: whoever leads tells of runs and nodes. */
  private String logs() throws Exception {
    StringBuilder all = new StringBuilder();
    for (int node = 1; node <= NODES; node++) {
      all.append(cluster.log(node));
    }
    return all.toString();
  }

  private Instant logged(String text) throws Exception {
    Pattern line = Pattern.compile("(?m)^(\\S+Z) +\\w+ +.*" + Pattern.quote(text));
    Waiting.until("'" + text + "' in a log", BOUND, () -> line.matcher(logs()).find());
    Matcher matcher = line.matcher(logs());
    assertThat(matcher.find()).isTrue();
    return Instant.parse(matcher.group(1));
  }

  /** The leader is killed; a run on the others goes on to its end, which the next one records. */
  private void expectSurvivalOfTheLeader() throws Exception {
    int leader = cluster.leader();
    int one = leader == 1 ? 2 : 1;
    int other = leader == NODES ? NODES - 1 : NODES;
    Map<String, String> pins = Map.of("client", "n" + one, "server", "n" + other);
    String run = cluster.submit(one, "long.yaml", LONG.formatted(10), pins, "abort");
    cluster.await(one, run, "running");
    cluster.daemon(leader).kill();
    cluster.await(one, run, "finished");
    Results results = cluster.results(other, run);
    assertThat(results.verdict().path("end").asString()).isEqualTo("completed");
    cluster.expectClean(one);
    cluster.expectClean(other);
  }

  @Test
  @Order(2)
  void shouldAnswerEveryBadSubmissionAndDisturbNoRun() throws Exception {
    // so long that it runs beside most of them
    int seconds = 10 + SUBMISSIONS / 100;
    String run = cluster.submit(1, "long.yaml", LONG.formatted(seconds), Map.of(), "abort");
    cluster.await(1, run, "running");
    long begun = System.nanoTime();
    long seed = System.nanoTime();
    Figures.saw("%d bad submissions, seed %d", SUBMISSIONS, seed);
    AtomicInteger next = new AtomicInteger();
    AtomicInteger refused = new AtomicInteger();
    List<Throwable> wrong = java.util.Collections.synchronizedList(new ArrayList<>());
    List<Thread> senders = new ArrayList<>();
    for (int sender = 0; sender < SENDERS; sender++) {
      senders.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      int number = next.getAndIncrement();
                      while (number < SUBMISSIONS) {
                        sendBad(new SplittableRandom(seed + number));
                        refused.incrementAndGet();
                        number = next.getAndIncrement();
                      }
                    } catch (Exception | AssertionError e) {
                      wrong.add(e);
                    }
                  }));
    }
    for (Thread sender : senders) {
      sender.join();
    }
    assertThat(wrong).isEmpty();
    assertThat(refused).hasValue(SUBMISSIONS);
    Figures.saw(
        "every one of %d bad submissions answered, in %d s",
        SUBMISSIONS, (System.nanoTime() - begun) / 1_000_000_000);
    cluster.await(1, run, "finished");
    assertThat(cluster.results(1, run).verdict().path("end").asString()).isEqualTo("completed");
    assertThat(cluster.log(1)).doesNotContain("this is a bug").doesNotContain("\tat ");
    cluster.expectClean(1);
  }

  private void sendBad(SplittableRandom random) {
    String text = bad(random);
    LocalFailure failure =
        catchThrowableOfType(
            LocalFailure.class, () -> cluster.submit(1, "bad.yaml", text, Map.of(), "abort"));
    assertThat(failure).as(text.substring(0, Math.min(200, text.length()))).isNotNull();
    assertThat(failure.getMessage()).isNotBlank();
  }

  /** A file that nobody can run: broken, foreign, too large, or with needs that none can meet. */
  private static String bad(SplittableRandom random) {
    String good = LONG.formatted(1);
    return switch (random.nextInt(6)) {
      case 0 -> good.substring(0, random.nextInt(good.indexOf("links") - 2));
      case 1 -> good.replace("10 ms", random.nextLong() + " parsecs");
      case 2 -> good.replace("from: client", "from: nobody" + random.nextInt(1000));
      case 3 -> "x".repeat(random.nextInt(3_000));
      case 4 ->
          good.replace("iperf3 -s, ", "iperf3 -s, cpus: " + (1000 + random.nextInt(1000)) + ", ");
      default -> good.replace("background: true", "background: true, replicas: 100000");
    };
  }
}
