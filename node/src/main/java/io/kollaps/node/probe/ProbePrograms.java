package io.kollaps.node.probe;

import io.kollaps.node.prerequisites.Host;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Starts iperf3 so that it never outlives this process, nor its time: it is killed when the thread
 * that started it ends (PR_SET_PDEATHSIG goes by the thread), and that thread ends with this
 * process.
 */
final class ProbePrograms implements AutoCloseable {
  private static final String IPERF = "iperf3";
  private static final String SETPRIV = "setpriv";

  private final Host host;
  private final ExecutorService starter =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("kollaps-probe-starter").factory());
  private final Set<Process> running = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  ProbePrograms(Host host) {
    this.host = host;
  }

  /**
   * Checks that the programs are here.
   *
   * @throws ProbeException with the package to install
   */
  void require() throws ProbeException {
    var _ = command(List.of());
  }

  private List<String> command(List<String> arguments) throws ProbeException {
    List<String> command = new ArrayList<>();
    command.add(find(SETPRIV, "util-linux"));
    command.addAll(List.of("--pdeathsig", "KILL", "--"));
    command.add(find(IPERF, IPERF));
    command.addAll(arguments);
    return command;
  }

  private String find(String program, String packageName) throws ProbeException {
    String path = host.environment().getOrDefault("PATH", "");
    for (String folder : (path + ":/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin").split(":", -1)) {
      Path candidate = Path.of(folder.isEmpty() ? "." : folder, program).toAbsolutePath();
      if (host.executable().test(candidate)) {
        return candidate.toString();
      }
    }
    throw new ProbeException(
        program
            + " is not on this machine, and capacity probes need it; as root: "
            + host.distribution().installCommand(Set.of(packageName))
            + ", or set 'probe = off' on all nodes for a cluster without a capacity map");
  }

  /** Starts iperf3; its output is to be read, or not. */
  Process start(List<String> arguments, boolean output)
      throws ProbeException, InterruptedException {
    List<String> command = command(arguments);
    Callable<Process> start =
        () -> {
          if (closed) {
            throw new IOException("the node is stopping");
          }
          ProcessBuilder builder =
              new ProcessBuilder(command)
                  .redirectErrorStream(true)
                  .redirectInput(Redirect.from(Path.of("/dev/null").toFile()));
          if (!output) {
            builder.redirectOutput(Redirect.DISCARD);
          }
          Process process = builder.start();
          running.add(process);
          return process;
        };
    try {
      Process process = starter.submit(start).get();
      var _ = process.onExit().thenAccept(running::remove);
      return process;
    } catch (ExecutionException e) {
      throw new ProbeException("iperf3 could not be started: " + e.getCause(), e);
    } catch (java.util.concurrent.RejectedExecutionException e) {
      throw new ProbeException("the node is stopping", e);
    }
  }

  /**
   * Runs iperf3 to its end.
   *
   * @return what it printed; empty when it did not end in time and was killed
   */
  Optional<String> run(List<String> arguments, long seconds)
      throws ProbeException, InterruptedException {
    Process process = start(arguments, true);
    try {
      // the pipe is smaller than a report: it is read while iperf3 runs
      StringBuilder text = new StringBuilder();
      Thread reader =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      text.append(
                          new String(
                              process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
                    } catch (IOException e) {
                      text.append(e.getMessage());
                    }
                  });
      if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
        return Optional.empty();
      }
      reader.join();
      return Optional.of(text.toString());
    } finally {
      process.destroyForcibly();
    }
  }

  @Override
  public void close() {
    closed = true;
    running.forEach(Process::destroyForcibly);
    starter.shutdownNow();
  }
}
