package io.kollaps.system;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Machines for nodes on one machine: network namespaces on a bridge that is in one of its own. Node
 * N has the address 10.78.0.N. All daemons and commands in it are those of one workspace.
 */
final class NodeNetwork implements AutoCloseable {
  private static final long COMMAND_SECONDS = 20;

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
    } catch (Exception e) {
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

  static String address(int node) {
    return "10.78.0." + node;
  }

  Path folder(int node) {
    return workspace.folder().resolve("n" + node);
  }

  /** Starts {@code kollaps} as on the machine of a node. */
  Started start(int node, List<String> variables, String... words) throws IOException {
    List<String> line = new ArrayList<>(inside(node));
    line.addAll(
        List.of(
            "env",
            "--default-signal=INT,TERM,HUP",
            "KOLLAPS_NODE_FOLDER=" + folder(node),
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
    for (String namespace : namespaces) {
      run("ip", "netns", "delete", namespace);
    }
    namespaces.clear();
  }

  private static void run(String... words) throws Exception {
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new AssertionError(List.of(words) + " failed: " + output);
    }
  }
}
