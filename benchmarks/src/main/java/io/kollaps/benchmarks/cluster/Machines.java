package io.kollaps.benchmarks.cluster;

import io.kollaps.benchmarks.BenchmarkException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Machines on one machine: network namespaces without names, each held by the daemon that runs in
 * it, on a bridge in one more. The kernel ends the daemons with the thread that started them, and
 * the namespaces with the daemons; so nothing is left however this ends. One thread uses it.
 */
final class Machines implements AutoCloseable {
  /** Far above what a loaded machine takes. */
  private static final long COMMAND_SECONDS = 30;

  private static final long LOOK_MILLIS = 10;
  private static final int ADDRESSES_OF_A_BYTE = 250;

  private final Path command;
  private final Path folder;
  private final Process hub;
  private final List<Process> daemons = new ArrayList<>();

  private Machines(Path command, Path folder, Process hub) {
    this.command = command;
    this.folder = folder;
    this.hub = hub;
  }

  /**
   * Makes the bridge.
   *
   * @param command the {@code kollaps} command
   */
  static Machines open(Path command) throws BenchmarkException, InterruptedException {
    Process hub = null;
    try {
      Path folder = Files.createTempDirectory("kollaps-cluster-");
      Files.writeString(folder.resolve("node.conf"), "");
      hub = start(List.of("sleep", "infinity"), Map.of(), folder.resolve("hub.log"));
      Machines machines = new Machines(command, folder, hub);
      machines.inside(hub, "ip link add br0 type bridge && ip link set br0 up");
      return machines;
    } catch (IOException | BenchmarkException e) {
      if (hub != null) {
        hub.destroyForcibly();
      }
      throw new BenchmarkException(
          "cannot make network namespaces: " + e.getMessage() + "; 'kollaps doctor' says more", e);
    }
  }

  /** How many there are. */
  int count() {
    return daemons.size();
  }

  /** Address of a machine, which are counted from 0. */
  static String address(int machine) {
    return "10.79." + machine / ADDRESSES_OF_A_BYTE + "." + (machine % ADDRESSES_OF_A_BYTE + 1);
  }

  /** Folder of a machine's node. */
  Path nodeFolder(int machine) {
    return folder.resolve("n" + machine);
  }

  /**
   * Adds a machine and starts its daemon.
   *
   * @param variables more for its environment
   * @param words after {@code kollaps node start}
   */
  void add(Map<String, String> variables, List<String> words)
      throws BenchmarkException, InterruptedException {
    int machine = daemons.size();
    Map<String, String> environment = new HashMap<>(variables);
    environment.put("KOLLAPS_NODE_FOLDER", nodeFolder(machine).toString());
    environment.put("KOLLAPS_NAME", "n" + machine);
    environment.put(
        "KOLLAPS_PROBE", "off"); // fifty machines on one: its processors would be measured
    environment.put("KOLLAPS_CONFIG", folder.resolve("node.conf").toString());
    environment.put("KOLLAPS_NODE_JVM", "small"); // they run nothing, and there are many
    String wait =
        "ip link set lo up; until ip -4 addr show dev eth0 2>/dev/null | grep -q inet;"
            + " do sleep 0.05; done; exec \"$0\" node start \"$@\"";
    List<String> line = new ArrayList<>(List.of("sh", "-c", wait, command.toString()));
    line.addAll(words);
    try {
      Process daemon = start(line, environment, folder.resolve(machine + ".log"));
      daemons.add(daemon);
      String port = "v" + machine;
      inside(
          hub,
          "ip link add "
              + port
              + " type veth peer name eth0 netns "
              + daemon.pid()
              + " && ip link set "
              + port
              + " master br0 up");
      inside(
          daemon, "ip link set eth0 up && ip addr add " + address(machine) + "/16 brd + dev eth0");
    } catch (IOException e) {
      throw new BenchmarkException("cannot start a daemon: " + e.getMessage(), e);
    }
  }

  private static Process start(List<String> line, Map<String, String> variables, Path log)
      throws IOException, BenchmarkException, InterruptedException {
    List<String> words =
        new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL", "unshare", "--net", "--"));
    words.addAll(line);
    ProcessBuilder builder =
        new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().putAll(variables);
    Process process = builder.start();
    process.getOutputStream().close();
    Path own = Files.readSymbolicLink(Path.of("/proc/self/ns/net"));
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(COMMAND_SECONDS);
    while (own.equals(namespace(process))) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        process.destroyForcibly();
        throw new BenchmarkException("no network namespace could be made: " + tail(log));
      }
      Thread.sleep(LOOK_MILLIS);
    }
    return process;
  }

  private static Path namespace(Process process) throws BenchmarkException {
    try {
      return Files.readSymbolicLink(Path.of("/proc/" + process.pid() + "/ns/net"));
    } catch (IOException e) {
      throw new BenchmarkException("a process ended at its start: " + e.getMessage(), e);
    }
  }

  private void inside(Process process, String text)
      throws IOException, BenchmarkException, InterruptedException {
    Path log = folder.resolve("command.log");
    Process run =
        new ProcessBuilder("nsenter", "-t", Long.toString(process.pid()), "-n", "sh", "-c", text)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    if (!run.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS) || run.exitValue() != 0) {
      run.destroyForcibly();
      throw new BenchmarkException("'" + text + "' failed: " + tail(log));
    }
  }

  /**
   * Fails when a daemon has ended.
   *
   * @throws BenchmarkException with the end of its log
   */
  void requireAlive() throws BenchmarkException {
    for (int machine = 0; machine < daemons.size(); machine++) {
      if (!daemons.get(machine).isAlive()) {
        throw new BenchmarkException(
            "the daemon of node n" + machine + " ended: " + tail(folder.resolve(machine + ".log")));
      }
    }
  }

  /** Process of a machine's daemon. */
  long pid(int machine) {
    return daemons.get(machine).pid();
  }

  /** Bytes that a machine has put on its interface so far, as the bridge's port counted them. */
  long sentBytes(int machine) throws BenchmarkException {
    String port = "v" + machine + ":";
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + hub.pid() + "/net/dev"))) {
        String text = line.strip();
        if (text.startsWith(port)) {
          return Long.parseLong(text.substring(port.length()).strip().split("\\s+", 2)[0]);
        }
      }
    } catch (IOException e) {
      throw new BenchmarkException("the bridge's counters cannot be read: " + e.getMessage(), e);
    }
    throw new BenchmarkException("the bridge has no port of node n" + machine);
  }

  private static String tail(Path log) {
    try {
      List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
      return String.join(" / ", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
    } catch (IOException e) {
      return "its log cannot be read";
    }
  }

  @Override
  public void close() throws BenchmarkException {
    daemons.forEach(Process::destroyForcibly);
    hub.destroyForcibly();
    List<Process> ending = new ArrayList<>(daemons);
    ending.add(hub);
    ending.forEach(process -> process.onExit().orTimeout(COMMAND_SECONDS, TimeUnit.SECONDS).join());
    try {
      Files.walkFileTree(folder, new Remove());
    } catch (IOException e) {
      throw new BenchmarkException("cannot remove " + folder + ": " + e.getMessage(), e);
    }
  }

  private static final class Remove extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
        throws IOException {
      if (failure != null) {
        throw failure;
      }
      Files.delete(visited);
      return FileVisitResult.CONTINUE;
    }
  }
}
