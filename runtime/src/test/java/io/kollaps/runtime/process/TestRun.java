package io.kollaps.runtime.process;

import io.kollaps.linux.ownership.RunId;
import io.kollaps.linux.ownership.RunOwnership;
import io.kollaps.linux.ownership.StateFolder;
import io.kollaps.runtime.EndpointInstance;
import io.kollaps.runtime.EndpointSpec;
import io.kollaps.topology.Program;
import io.kollaps.topology.ResourceLimits;
import io.kollaps.topology.Service;
import io.kollaps.topology.SourcePosition;
import io.kollaps.topology.path.Endpoint;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/** A run with a runtime in a folder of the test; everything of it is removed by close. */
final class TestRun implements AutoCloseable {
  static final long SECONDS = 30;
  static final long READY_NANOS = TimeUnit.SECONDS.toNanos(SECONDS);

  final Path folder;
  final RunOwnership ownership;
  final ProcessRuntime runtime;
  private final Path hosts;
  private int endpoints;

  TestRun(Path folder) throws Exception {
    this.folder = folder;
    this.ownership =
        RunOwnership.begin(
            StateFolder.at(folder.resolve("state")),
            RunId.of(Instant.now(), RandomGenerator.getDefault()));
    this.runtime = ProcessRuntime.open(ownership);
    this.hosts = folder.resolve("hosts of the run");
    Files.writeString(hosts, "127.0.0.1 localhost\n127.0.0.7 seven\n10.9.8.7 server-1 server\n");
  }

  EndpointInstance shell(String script) throws Exception {
    return create(new Options(), "sh", "-c", script);
  }

  EndpointInstance create(Options options, String... command) throws Exception {
    int index = endpoints++;
    Service service =
        new Service(
            "service",
            new Program.Command(List.of(command)),
            1000,
            false,
            List.of(),
            List.of(),
            options.environment,
            options.directory,
            options.limits,
            List.of(),
            false,
            Service.DEFAULT_STOP_GRACE_NANOS,
            true,
            SourcePosition.UNKNOWN);
    Endpoint endpoint =
        new Endpoint(
            index,
            "service-" + (index + 1),
            service,
            index + 1,
            InetAddress.getByName("10.0." + (index / 250) + "." + (index % 250 + 1)));
    return runtime.create(new EndpointSpec(endpoint, hosts, output(index), error(index)));
  }

  Path output(int index) {
    return folder.resolve(index + ".out");
  }

  Path error(int index) {
    return folder.resolve(index + ".err");
  }

  List<String> outputOf(int index) throws Exception {
    return Files.readAllLines(output(index));
  }

  /** Waits for a condition, and fails when it does not come true within 30 s. */
  static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("not within " + SECONDS + " s: " + what);
      }
      Thread.sleep(5);
    }
  }

  void awaitOutput(int index, String line) throws InterruptedException {
    await(
        "line '" + line + "' of endpoint " + index,
        () -> {
          try {
            return Files.exists(output(index)) && outputOf(index).contains(line);
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
  }

  /** Host ids of processes whose arguments contain a text. */
  static List<Long> processesWith(String text) {
    List<Long> found = new ArrayList<>();
    ProcessHandle.allProcesses()
        .forEach(
            process -> {
              try {
                String arguments = Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"));
                if (arguments.contains(text)) {
                  found.add(process.pid());
                }
              } catch (Exception e) {
                // it ended meanwhile
              }
            });
    return found;
  }

  @Override
  public void close() throws Exception {
    runtime.close();
    ownership.close();
  }

  /** What differs from endpoint to endpoint. */
  static final class Options {
    Map<String, String> environment = Map.of();
    Optional<String> directory = Optional.empty();
    ResourceLimits limits = ResourceLimits.NONE;
  }
}
