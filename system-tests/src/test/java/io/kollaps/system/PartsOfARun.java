package io.kollaps.system;

import io.kollaps.cluster.NodeId;
import io.kollaps.fabric.Fabric;
import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.MissingPiece;
import io.kollaps.linux.ownership.RunId;
import io.kollaps.node.fabric.FabricChooser;
import io.kollaps.node.fabric.FabricDemand;
import io.kollaps.node.fabric.FabricFactory;
import io.kollaps.node.fabric.Fabrics;
import io.kollaps.node.load.FileContent;
import io.kollaps.node.results.EventRecord;
import io.kollaps.node.run.Part;
import io.kollaps.node.run.PartEnd;
import io.kollaps.node.run.PartListener;
import io.kollaps.node.run.PartNode;
import io.kollaps.node.run.PartPlan;
import io.kollaps.node.run.PartSettings;
import io.kollaps.node.run.PartSummary;
import io.kollaps.node.run.Parts;
import io.kollaps.node.run.RunFailedException;
import io.kollaps.node.run.RunRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * The parts of one run, all in this process, as nodes with addresses of the loopback interface:
 * what a cluster's controller does with them is done by hand.
 */
final class PartsOfARun implements AutoCloseable {
  private static final long STEP_SECONDS = 60;

  private final RunId run;
  private final List<Node> nodes = new ArrayList<>();
  private final Random network;
  private final double loss;

  /** A node with its part, and what the part said. */
  final class Node implements PartListener {
    private final int number;
    private final Path state;
    private Optional<Part> part = Optional.empty();
    final CompletableFuture<Integer> prepared = new CompletableFuture<>();
    final CompletableFuture<Boolean> ready = new CompletableFuture<>();
    final CompletableFuture<Long> started = new CompletableFuture<>();
    final CompletableFuture<Boolean> idle = new CompletableFuture<>();
    final CompletableFuture<PartSummary> ended = new CompletableFuture<>();
    final List<EventRecord> events = new CopyOnWriteArrayList<>();
    final List<String> failures = new CopyOnWriteArrayList<>();
    final List<String> order = new CopyOnWriteArrayList<>();

    Node(int number, Path state) {
      this.number = number;
      this.state = state;
    }

    Part part() {
      return part.orElseThrow();
    }

    <T> T await(CompletableFuture<T> what) throws Exception {
      return what.get(STEP_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void prepared(int overlayPort) {
      order.add("prepared");
      prepared.complete(overlayPort);
    }

    @Override
    public void ready() {
      order.add("ready");
      ready.complete(true);
    }

    @Override
    public void started(long latenessNanos) {
      order.add("started");
      started.complete(latenessNanos);
    }

    @Override
    public void idle(boolean nothingRuns) {
      order.add("idle");
      idle.complete(nothingRuns);
    }

    @Override
    public void event(EventRecord event) {
      events.add(event);
    }

    @Override
    public void failed(String why) {
      order.add("failed");
      failures.add(why);
      IllegalStateException failure = new IllegalStateException("node-" + number + ": " + why);
      List.of(prepared, ready, started, idle).forEach(f -> f.completeExceptionally(failure));
    }

    @Override
    public void ended(PartSummary summary) {
      order.add("ended");
      ended.complete(summary);
    }

    /** What is left of the part on this machine. */
    List<String> left() throws IOException {
      List<String> left = new ArrayList<>();
      try (DirectoryStream<Path> runs = Files.newDirectoryStream(state, Files::isDirectory)) {
        runs.forEach(folder -> left.add("state " + folder));
      }
      return left;
    }
  }

  private PartsOfARun(RunId run, long seed, double loss) {
    this.run = run;
    this.network = new Random(seed);
    this.loss = loss;
  }

  /**
   * Makes the parts.
   *
   * @param folder for state and results
   * @param homes the node of each endpoint
   * @param fabrics each node's fabric
   * @param loss part of the datagrams between the parts that is lost
   */
  static PartsOfARun of(
      Path folder, String file, int[] homes, List<FabricFactory> fabrics, double loss)
      throws RunFailedException, IOException {
    RunId run = RunId.of(java.time.Instant.now(), java.util.random.RandomGenerator.getDefault());
    PartsOfARun all = new PartsOfARun(run, 11, loss);
    List<PartNode> plan = new ArrayList<>();
    for (int i = 0; i < fabrics.size(); i++) {
      plan.add(new PartNode(NodeId.of(i), "node-" + i, "127.0.0." + (i + 1)));
    }
    for (int i = 0; i < fabrics.size(); i++) {
      Path state = Files.createDirectories(folder.resolve("state-" + i));
      Node node = all.new Node(i, state);
      Parts parts =
          new Parts(
              new PartSettings(
                  state,
                  folder.resolve("results-" + i),
                  "test",
                  new FabricChooser(List.of(fabrics.get(i))),
                  0,
                  0,
                  RunRequest.DEFAULT_START_CONDITION_TIMEOUT_NANOS));
      node.part =
          Optional.of(
              parts.create(
                  new PartPlan(
                      run,
                      1,
                      "parts.yaml",
                      new FileContent(file.getBytes(StandardCharsets.UTF_8)),
                      "auto",
                      4711,
                      1450,
                      plan,
                      homes,
                      i),
                  node,
                  (to, payload) -> all.carry(node.number, to, payload)));
      all.nodes.add(node);
    }
    return all;
  }

  private void carry(int from, int to, byte[] payload) {
    synchronized (network) {
      if (network.nextDouble() < loss) {
        return;
      }
    }
    nodes.get(to).part().peerDatagram(from, ByteBuffer.wrap(payload));
  }

  Node node(int number) {
    return nodes.get(number);
  }

  List<Node> nodes() {
    return nodes;
  }

  void prepare() throws Exception {
    nodes.forEach(node -> node.part().prepare());
    for (Node node : nodes) {
      var _ = node.await(node.prepared);
    }
  }

  List<InetSocketAddress> addresses() throws Exception {
    List<InetSocketAddress> addresses = new ArrayList<>();
    for (Node node : nodes) {
      addresses.add(
          new InetSocketAddress(
              InetAddress.ofLiteral("127.0.0." + (node.number + 1)), node.prepared.getNow(0)));
    }
    return addresses;
  }

  void link() throws Exception {
    List<InetSocketAddress> addresses = addresses();
    nodes.forEach(node -> node.part().link(addresses));
    for (Node node : nodes) {
      var _ = node.await(node.ready);
    }
  }

  /** Starts all at one instant. */
  void start() throws Exception {
    long instant = System.nanoTime() + 600_000_000L;
    for (Node node : nodes) {
      node.part().clockBound(0);
      node.part().startAt(instant);
    }
    for (Node node : nodes) {
      var _ = node.await(node.started);
    }
  }

  void end(PartEnd why) {
    nodes.forEach(node -> node.part().end(why));
  }

  /** Processes of the run that live. */
  List<String> processes() {
    List<String> found = new ArrayList<>();
    String mark = "KOLLAPS_RUN=" + run.value();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : entries) {
        if (environment(process).contains(mark)) {
          found.add(process.toString());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  private static List<String> environment(Path process) {
    try (var in = Files.newInputStream(process.resolve("environ"))) {
      return List.of(new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\0", -1));
    } catch (IOException e) {
      return List.of(); // it ended
    }
  }

  @Override
  public void close() {
    nodes.forEach(node -> node.part().close());
  }

  /** The user-space fabric. */
  static FabricFactory fabric() {
    return Fabrics.all().stream()
        .filter(factory -> factory.name().equals("user-space"))
        .findFirst()
        .orElseThrow();
  }

  /** The user-space fabric, which fails at the n-th call of a method from now on. */
  static FabricFactory failing(String method, int call) {
    FabricFactory real = fabric();
    return new FabricFactory() {
      @Override
      public String name() {
        return real.name();
      }

      @Override
      public List<MissingPiece> missing() {
        return real.missing();
      }

      @Override
      public Optional<String> refusal(FabricDemand demand) {
        return real.refusal(demand);
      }

      @Override
      public Fabric start(int endpoints, long seed) throws FabricException {
        return broken(real.start(endpoints, seed), method, call);
      }
    };
  }

  private static Fabric broken(Fabric fabric, String method, int call) {
    int[] calls = {0};
    return (Fabric)
        Proxy.newProxyInstance(
            Fabric.class.getClassLoader(),
            new Class<?>[] {Fabric.class},
            (_, called, arguments) -> {
              if (called.getName().equals(method) && ++calls[0] >= call) {
                throw new FabricException("broken on purpose: " + method);
              }
              try {
                return called.invoke(fabric, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
