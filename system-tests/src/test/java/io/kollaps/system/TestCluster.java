package io.kollaps.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.node.local.LocalClient;
import io.kollaps.node.local.LocalFailure;
import io.kollaps.node.local.NodeActions;
import io.kollaps.node.local.RunActions;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Daemons that form a cluster, each as on a machine of its own, and what they know of runs. */
final class TestCluster implements AutoCloseable {
  /** Far above what a loaded machine takes; only a hang gets there. */
  static final Duration BOUND = Duration.ofSeconds(180);

  private static final List<String> ENDS = List.of("finished", "aborted", "refused");
  private static final Pattern TOKEN = Pattern.compile("KOLLAPS-1-[0-9a-f-]+");

  private final Workspace workspace;
  private final NodeNetwork network;
  private final Map<Integer, Started> daemons = new TreeMap<>();
  private String token = "";

  TestCluster(Workspace workspace, int nodes) throws Exception {
    this.workspace = workspace;
    network = new NodeNetwork(workspace, nodes);
  }

  /** Starts the first node, which leads. */
  void begin() throws Exception {
    start(1, 0, "--bootstrap");
    Started first = daemon(1);
    Waiting.until(
        "the join command",
        BOUND,
        () -> TOKEN.matcher(Files.readString(first.out())).find() || ended(first));
    Matcher printed = TOKEN.matcher(Files.readString(first.out()));
    assertThat(printed.find()).isTrue();
    token = printed.group();
    Waiting.until("a node with a clock", BOUND, () -> ready(1));
  }

  /**
   * Lets the other nodes join the first.
   *
   * @param nodes how many there are then
   * @param apartMillis how far each node's clock is ahead of the one before
   */
  void grow(int nodes, long apartMillis) throws Exception {
    for (int node = 2; node <= nodes; node++) {
      start(node, apartMillis * (node - 1), "--join", token, "--via", NodeNetwork.address(1));
    }
    Waiting.until(nodes + " nodes with clocks", BOUND, () -> ready(nodes));
  }

  private boolean ready(int nodes) {
    try {
      NodeActions.Nodes all =
          LocalClient.ask(network.folder(1), NodeActions.NODES, NodeActions.Nothing.NOTHING);
      // so many voters are there that the loss of one leaves a leader
      long voters = all.nodes().stream().filter(node -> !node.role().equals("listener")).count();
      return all.nodes().size() == nodes
          && all.nodes().stream().allMatch(NodeActions.NodeRow::clockKnown)
          && voters == (nodes >= 3 ? 3 : 1)
          && takesWork(nodes);
    } catch (LocalFailure e) {
      return false;
    }
  }

  /** The number of the node that leads, in the words of the first. */
  int leader() throws Exception {
    return network.nodes(1).nodes().stream()
        .filter(node -> node.role().equals("leader"))
        .mapToInt(node -> Integer.parseInt(node.name().substring(1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no node leads"));
  }

  /** Waits until so many nodes take work. */
  void awaitWork(int nodes) throws Exception {
    Waiting.until(nodes + " nodes that take work", BOUND, () -> takesWork(nodes));
  }

  /** Every node has said what it takes: a service with a replica for each finds its place. */
  private boolean takesWork(int nodes) throws LocalFailure {
    String file =
        "services: { s: { command: 'true', replicas: "
            + nodes
            + " } }\nbridges: [b]\nlinks: [{ from: s, to: b, latency: 1 ms }]\n";
    RunActions.Plan plan =
        LocalClient.ask(
            network.folder(1),
            RunActions.PLAN,
            new RunActions.Submit(
                UUID.randomUUID().toString(),
                "probe.yaml",
                file.getBytes(java.nio.charset.StandardCharsets.UTF_8),
                OptionalLong.of(1),
                "auto",
                "abort",
                Map.of(),
                false));
    return plan.placed()
        && plan.seats().stream().map(RunActions.Seat::node).distinct().count() == nodes;
  }

  /** Starts the daemon of a node. */
  void start(int node, long aheadMillis, String... more) throws Exception {
    List<String> words = new ArrayList<>(List.of("node", "start"));
    words.addAll(List.of(more));
    daemons.put(
        node,
        network.start(
            node,
            List.of(
                "KOLLAPS_PROBE=off",
                "KOLLAPS_JAVA_FLAGS=-Dkollaps.clock.shift.millis=" + aheadMillis),
            words.toArray(String[]::new)));
  }

  private static boolean ended(Started daemon) throws Exception {
    if (!daemon.alive()) {
      throw new AssertionError("the daemon ended: " + Files.readString(daemon.err()));
    }
    return false;
  }

  Started daemon(int node) {
    return daemons.get(node);
  }

  NodeNetwork network() {
    return network;
  }

  /** What a daemon has logged. */
  String log(int node) throws Exception {
    return Files.readString(daemon(node).err());
  }

  /** Lets an experiment run; its id. */
  String submit(int node, String name, String file, Map<String, String> pins, String onNodeLoss)
      throws Exception {
    return LocalClient.ask(
            network.folder(node),
            RunActions.SUBMIT,
            new RunActions.Submit(
                UUID.randomUUID().toString(),
                name,
                file.getBytes(java.nio.charset.StandardCharsets.UTF_8),
                OptionalLong.of(7),
                "user-space",
                onNodeLoss,
                pins,
                false))
        .run();
  }

  /** A run as a node knows it. */
  RunActions.RunDetail inspect(int node, String run) throws LocalFailure {
    return LocalClient.ask(network.folder(node), RunActions.INSPECT, new RunActions.OfRun(run));
  }

  /**
   * Waits for the end of a run; whether it was aborted because a node, whose daemon lives, was
   * given up while a part found the processors taken.
   */
  boolean abortedWithoutTime(int node, String run) throws Exception {
    Waiting.until("the end of " + run, BOUND, () -> ENDS.contains(phase(node, run)));
    RunActions.RunDetail end = inspect(node, run);
    return end.run().phase().equals("aborted")
        && end.run().reason().contains(" is lost")
        && daemons.values().stream().allMatch(Started::alive)
        && end.parts().stream()
            .flatMap(part -> part.reasons().stream())
            .anyMatch(reason -> reason.startsWith("The processors were less than"));
  }

  private String phase(int node, String run) throws LocalFailure {
    return inspect(node, run).run().phase();
  }

  /** Waits until a run is in a phase; one that ends otherwise fails the test. */
  RunActions.RunDetail await(int node, String run, String phase) throws Exception {
    RunActions.RunDetail[] last = new RunActions.RunDetail[1];
    Waiting.until(
        "run " + run + " is " + phase,
        BOUND,
        () -> {
          last[0] = inspect(node, run);
          String now = last[0].run().phase();
          boolean over = ENDS.contains(now);
          if (over && !now.equals(phase)) {
            throw new AssertionError(
                "run " + run + " is " + now + ": " + last[0].run().reason() + last[0].parts());
          }
          return now.equals(phase);
        });
    return last[0];
  }

  /** Fetches the results of a run. */
  Results results(int node, String run) throws Exception {
    Path folder = workspace.folder().resolve("results-" + run);
    Finished fetched = network.kollaps(node, "results", run, "-o", folder.toString());
    assertThat(fetched.exitCode()).as(fetched.shown()).isZero();
    return new Results(folder);
  }

  /** What runs have left on the machine of a node: folders, and processes beside the daemon. */
  List<String> left(int node) throws Exception {
    List<String> left = new ArrayList<>();
    if (Files.isDirectory(network.state(node))) {
      try (Stream<Path> runs = Files.list(network.state(node))) {
        runs.filter(Files::isDirectory).forEach(run -> left.add(run.toString()));
      }
    }
    String mark = "KOLLAPS_STATE_DIR=" + network.state(node);
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : all) {
        boolean own = process.getFileName().toString().equals(Long.toString(daemon(node).pid()));
        if (!own && environment(process).contains(mark)) {
          left.add(process + " " + read(process.resolve("cmdline")).replace('\0', ' '));
        }
      }
    }
    return left;
  }

  /** Whether a process whose command line contains a text is there, on any node. */
  static boolean lives(String text) throws Exception {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : all) {
        if (read(process.resolve("cmdline")).replace('\0', ' ').strip().equals(text)) {
          return true;
        }
      }
    }
    return false;
  }

  private static List<String> environment(Path process) {
    return List.of(read(process.resolve("environ")).split("\0"));
  }

  private static String read(Path file) {
    try (var in = Files.newInputStream(file)) {
      return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    } catch (java.io.IOException e) {
      return ""; // it has ended meanwhile
    }
  }

  /** Fails unless nothing of any run is left on a node within a moment. */
  void expectClean(int node) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    List<String> left = left(node);
    while (!left.isEmpty() && System.nanoTime() < deadline) {
      Thread.sleep(50);
      left = left(node);
    }
    assertThat(left).as("left on node " + node).isEmpty();
  }

  @Override
  public void close() throws Exception {
    try {
      for (Started daemon : daemons.values()) {
        if (daemon.alive()) {
          daemon.kill();
        }
      }
    } finally {
      network.close();
    }
  }
}
