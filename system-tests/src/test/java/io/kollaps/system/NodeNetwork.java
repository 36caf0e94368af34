package io.kollaps.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.node.local.LocalClient;
import io.kollaps.node.local.LocalFailure;
import io.kollaps.node.local.NodeActions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Machines for nodes on one machine: network namespaces on a bridge that is in one of its own. Node
 * N has the address 10.78.0.N. All daemons and commands in it are those of one workspace.
 */
final class NodeNetwork implements AutoCloseable {
  private static final long COMMAND_SECONDS = 20;

  /**
   * Classic BPF: of UDP over IPv4, one datagram of five is dropped (the kernel's random word is at
   * most 2^32 / 5), everything else passes. So no action, netem or firewall is needed.
   */
  private static final String DROPS_A_FIFTH =
      String.join(
          ",",
          "8",
          "40 0 0 12", // ether type
          "21 0 5 2048", // IPv4, or pass
          "48 0 0 23", // protocol
          "21 0 3 17", // UDP, or pass
          "32 0 0 4294963256", // SKF_AD_OFF + SKF_AD_RANDOM
          "37 1 0 858993459", // more than a fifth passes
          "6 0 0 2", // TC_ACT_SHOT
          "6 0 0 0"); // TC_ACT_OK

  private static final Pattern DROPPED = Pattern.compile("qdisc clsact [^q]*dropped (\\d+)");

  private final Workspace workspace;
  private final String prefix = "kcn" + ProcessHandle.current().pid() % 100_000 + "-";
  private final List<String> namespaces = new ArrayList<>();

  NodeNetwork(Workspace workspace, int nodes) throws Exception {
    this.workspace = workspace;
    try {
      String bridge = namespace("b");
      run("ip", "-n", bridge, "link", "add", "br0", "type", "bridge");
      run("ip", "-n", bridge, "link", "set", "br0", "up");
      for (int node = 1; node <= nodes; node++) {
        connect(node, bridge);
      }
    } catch (Exception | AssertionError e) {
      close();
      throw e;
    }
  }

  private void connect(int node, String bridge) throws Exception {
    String name = namespace(Integer.toString(node));
    String port = "v" + node;
    run(
        "ip", "-n", name, "link", "add", "eth0", "type", "veth", "peer", "name", port, "netns",
        bridge);
    run("ip", "-n", name, "addr", "add", address(node) + "/24", "brd", "+", "dev", "eth0");
    run("ip", "-n", name, "link", "set", "eth0", "up");
    run("ip", "-n", name, "link", "set", "lo", "up");
    run("ip", "-n", bridge, "link", "set", port, "master", "br0", "up");
  }

  /** From now on the link of a node carries this much in each direction, such as {@code 50mbit}. */
  void limit(int node, String rate) throws Exception {
    limit(prefix + node, "eth0", rate);
    limit(prefix + "b", "v" + node, rate);
  }

  private static void limit(String namespace, String device, String rate) throws Exception {
    run(
        "tc", "-n", namespace, "qdisc", "add", "dev", device, "root", "handle", "1:", "htb",
        "default", "1");
    run(
        "tc", "-n", namespace, "class", "add", "dev", device, "parent", "1:", "classid", "1:1",
        "htb", "rate", rate, "burst", "16k", "cburst", "16k");
  }

  /** From now on one of five datagrams that a node sends is lost. */
  void loseDatagrams(int node) throws Exception {
    String name = prefix + node;
    run("tc", "-n", name, "qdisc", "add", "dev", "eth0", "clsact");
    run(
        "tc",
        "-n",
        name,
        "filter",
        "add",
        "dev",
        "eth0",
        "egress",
        "bpf",
        "da",
        "bytecode",
        DROPS_A_FIFTH);
  }

  /** How many of its datagrams were lost so far. */
  long lostDatagrams(int node) throws Exception {
    String shown = run("tc", "-n", prefix + node, "-s", "qdisc", "show", "dev", "eth0");
    Matcher matcher = DROPPED.matcher(shown);
    assertThat(matcher.find()).as(shown).isTrue();
    return Long.parseLong(matcher.group(1));
  }

  static String address(int node) {
    return "10.78.0." + node;
  }

  Path folder(int node) {
    return workspace.folder().resolve("n" + node);
  }

  /** Where runs on the machine of a node list what they own. */
  Path state(int node) {
    return workspace.folder().resolve("s" + node);
  }

  /** Starts {@code kollaps} as on the machine of a node. */
  Started start(int node, List<String> variables, String... words) throws IOException {
    List<String> line = new ArrayList<>(inside(node));
    line.addAll(
        List.of(
            "env",
            "--default-signal=INT,TERM,HUP",
            "KOLLAPS_NODE_FOLDER=" + folder(node),
            "KOLLAPS_STATE_DIR=" + state(node),
            "KOLLAPS_NAME=n" + node));
    line.addAll(variables);
    line.add(Checkout.command().toString());
    line.addAll(List.of(words));
    return workspace.startLine(line);
  }

  /** Runs {@code kollaps} to its end as on the machine of a node. */
  Finished kollaps(int node, String... words) throws Exception {
    return start(node, List.of(), words).await(Workspace.SHORT);
  }

  /**
   * Asks the daemon of a node how the nodes are, as {@code kollaps nodes} does but without a
   * process for each question: who waits asks often, and would wait for the processes. A daemon
   * that is being started is waited for.
   */
  NodeActions.Nodes nodes(int node) throws Exception {
    Waiting.until(
        "node " + node + " takes commands",
        Workspace.SHORT,
        () -> Files.exists(folder(node).resolve("control.sock")));
    try {
      return LocalClient.ask(folder(node), NodeActions.NODES, NodeActions.Nothing.NOTHING);
    } catch (LocalFailure e) {
      throw new AssertionError("node " + node + " does not say how the nodes are", e);
    }
  }

  /** How a node is, in the words of the node that is asked; empty when it is no member. */
  String condition(int asked, String name) throws Exception {
    return nodes(asked).nodes().stream()
        .filter(row -> row.name().equals(name))
        .map(NodeActions.NodeRow::condition)
        .findFirst()
        .orElse("");
  }

  /** How many nodes are alive, in the words of the node that is asked. */
  long alive(int asked) throws Exception {
    return nodes(asked).nodes().stream().filter(row -> row.condition().equals("alive")).count();
  }

  /** Runs a shell line on the machine of a node. */
  Finished shell(int node, String text) throws Exception {
    List<String> line = new ArrayList<>(inside(node));
    line.addAll(List.of("bash", "-c", text));
    return workspace.startLine(line).await(Workspace.SHORT);
  }

  private List<String> inside(int node) {
    return List.of("ip", "netns", "exec", prefix + node);
  }

  private String namespace(String name) throws Exception {
    run("ip", "netns", "add", prefix + name);
    namespaces.add(prefix + name);
    return prefix + name;
  }

  @Override
  public void close() throws Exception {
    List<String> kept = new ArrayList<>();
    for (String namespace : namespaces) {
      try {
        run("ip", "netns", "delete", namespace);
      } catch (AssertionError e) {
        kept.add(String.valueOf(e.getMessage())); // the others go first
      }
    }
    namespaces.clear();
    assertThat(kept).isEmpty();
  }

  private static String run(String... words) throws Exception {
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new AssertionError(List.of(words) + " failed: " + output);
    }
    return output;
  }
}
