package io.kollaps.runtime.process;

import io.kollaps.linux.LinuxException;
import io.kollaps.linux.NetworkNamespace;
import io.kollaps.linux.NetworkNamespaces;
import io.kollaps.linux.cgroup.ControlGroupRemover;
import io.kollaps.linux.cgroup.ControlGroups;
import io.kollaps.linux.ownership.OwnedResource;
import io.kollaps.linux.ownership.RunOwnership;
import io.kollaps.runtime.EndpointInstance;
import io.kollaps.runtime.EndpointRuntime;
import io.kollaps.runtime.EndpointSpec;
import io.kollaps.runtime.RuntimeStartException;
import io.kollaps.topology.Program;
import io.kollaps.topology.path.Endpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Runs endpoints as processes of this machine. An endpoint has its own network, mount, pid, host
 * name and IPC namespaces; it sees the machine's files, its own /proc, and /etc/hosts with the
 * names of the experiment.
 *
 * <p>What the command gets: this process' environment, {@code KOLLAPS_RUN}, {@code
 * KOLLAPS_RUN_FOLDER}, {@code KOLLAPS_ENDPOINT} and {@code KOLLAPS_ADDRESS}, then the service's
 * variables; no standard input; default actions for signals; it is not the first process of its pid
 * namespace. Exit codes: the command's own, 128 + N for signal N (137 also when the kernel killed
 * it for memory), 127 when the command is not found, 126 when it cannot be executed, 125 when the
 * endpoint could not be prepared (the standard error log says why).
 *
 * <p>Everything of an endpoint ends when this process ends, however it ends. Works as root and as
 * root of an ordinary user's own user, network and mount namespaces; what cannot be enforced there
 * is told by {@link #notices}.
 */
public final class ProcessRuntime implements EndpointRuntime {
  /** Environment variable with the endpoint's name. */
  public static final String ENDPOINT_VARIABLE = "KOLLAPS_ENDPOINT";

  /** Environment variable with the endpoint's address. */
  public static final String ADDRESS_VARIABLE = "KOLLAPS_ADDRESS";

  private static final int HOST_NAME_MAX = 64;

  private final RunOwnership ownership;
  private final Tools tools;
  private final InsideFiles files;
  private final ControlGroups controlGroups;
  private final Spawner spawner;
  private final ScheduledThreadPoolExecutor timer = timer();
  private final Set<ProcessEndpoint> endpoints = ConcurrentHashMap.newKeySet();
  private final Set<Path> runGroups = ConcurrentHashMap.newKeySet();
  private final ConcurrentLinkedQueue<String> notices = new ConcurrentLinkedQueue<>();
  private final AtomicLong starts = new AtomicLong();

  private ProcessRuntime(
      RunOwnership ownership,
      Tools tools,
      InsideFiles files,
      ControlGroups controlGroups,
      Spawner spawner) {
    this.ownership = ownership;
    this.tools = tools;
    this.files = files;
    this.controlGroups = controlGroups;
    this.spawner = spawner;
  }

  /**
   * Opens the runtime for a run, and tries once by a real process whether endpoints can be made
   * here.
   *
   * @param ownership the run; it must stay open until this is closed
   * @throws RuntimeStartException when endpoints cannot be made here, with the reason and a remedy
   */
  public static ProcessRuntime open(RunOwnership ownership) throws RuntimeStartException {
    Tools tools = Tools.find(System.getenv().getOrDefault("PATH", ""));
    Spawner spawner = new Spawner();
    boolean opened = false;
    try {
      ownership.journal().willMake(new OwnedResource.ProcessMarker(ownership.run().value()));
      InsideFiles files = new StartProbe(tools, spawner, ownership.folder()).choose();
      ProcessRuntime runtime =
          new ProcessRuntime(ownership, tools, files, ControlGroups.detect(), spawner);
      opened = true;
      return runtime;
    } catch (IOException e) {
      throw new RuntimeStartException(
          "cannot prepare the run's folder " + ownership.folder() + ": " + e.getMessage(), e);
    } finally {
      if (!opened) {
        spawner.close();
      }
    }
  }

  @Override
  public String name() {
    return "process";
  }

  /** What could not be done as asked and lessens the result, e.g. limits that are not enforced. */
  public List<String> notices() {
    return List.copyOf(notices);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Returns before the endpoint's first processes are there; {@link EndpointInstance#awaitReady}
   * waits for them.
   */
  @Override
  public EndpointInstance create(EndpointSpec spec) throws RuntimeStartException {
    Endpoint endpoint = spec.endpoint();
    List<String> arguments =
        switch (endpoint.service().program()) {
          case Program.Command command -> command.arguments();
          case Program.Image image ->
              throw new RuntimeStartException(
                  "endpoint "
                      + endpoint.name()
                      + ": the image "
                      + image.image()
                      + " needs a container runtime, which this version does not have; give its"
                      + " service a command");
        };
    Path directory = directory(endpoint);
    NetworkNamespace namespace = makeNamespace(endpoint);
    EndpointLimits limits = EndpointLimits.make(endpoint, controlGroups, ownership, notices::add);
    limits.paths().forEach(path -> runGroups.add(path.getParent()));
    boolean made = false;
    try {
      Path environmentFile = files.endpoints().resolve(endpoint.index() + ".env");
      Files.writeString(
          environmentFile, ProgramEnvironment.shellText(endpoint.service().environment()));
      Path mountTable = files.mountTable(spec.hostsFile());
      ProcessEndpoint instance =
          new ProcessEndpoint(
              spec,
              namespace,
              limits,
              () ->
                  prepare(
                      spec, namespace, limits, mountTable, directory, environmentFile, arguments),
              (inside, command) -> enter(endpoint, inside, directory, environmentFile, command),
              timer,
              notices::add,
              endpoints::remove);
      instance.beginToPrepare();
      endpoints.add(instance);
      made = true;
      return instance;
    } catch (IOException e) {
      throw new RuntimeStartException(
          "endpoint " + endpoint.name() + ": cannot write its files: " + e.getMessage(), e);
    } finally {
      if (!made) {
        notices.addAll(limits.remove());
        namespace.close();
      }
    }
  }

  private Place prepare(
      EndpointSpec spec,
      NetworkNamespace namespace,
      EndpointLimits limits,
      Path mountTable,
      Path directory,
      Path environmentFile,
      List<String> arguments)
      throws RuntimeStartException {
    Endpoint endpoint = spec.endpoint();
    Path stateFile =
        files.endpoints().resolve(endpoint.index() + "." + starts.incrementAndGet() + ".state");
    List<String> groups = limits.processesFiles();
    String hostName = endpoint.name();
    List<String> command = new ArrayList<>(tools.chain(namespace.path()));
    command.add(tools.path("sh"));
    command.add(files.init().toString());
    command.add(hostName.substring(0, Math.min(hostName.length(), HOST_NAME_MAX)));
    command.add(namespace.path());
    command.add(stateFile.toString());
    command.add(spec.standardError().toAbsolutePath().toString());
    command.add(mountTable.toString());
    command.add(directory.toString());
    command.add(environmentFile.toString());
    command.add(Integer.toString(groups.size()));
    command.addAll(groups);
    command.addAll(ProgramEnvironment.command(endpoint.service().environment(), arguments));
    return Place.prepare(
        spawner, endpoint.name(), stateFile, command, variables(endpoint), spec.standardOutput());
  }

  /** Goes to the program's directory and takes its variables before it becomes the command. */
  private static final String ENTER_SCRIPT = "cd \"$1\" && . \"$2\" && shift 2 && exec \"$@\"";

  private static final long ENTER_SECONDS = 10;

  private Process enter(
      Endpoint endpoint,
      ProcessHandle inside,
      Path directory,
      Path environmentFile,
      List<String> command)
      throws RuntimeStartException {
    List<String> chain = new ArrayList<>(tools.entry(inside.pid()));
    chain.add(ENTER_SCRIPT);
    chain.add("sh");
    chain.add(directory.toString());
    chain.add(environmentFile.toString());
    chain.addAll(ProgramEnvironment.command(endpoint.service().environment(), command));
    ProcessBuilder builder = new ProcessBuilder(chain);
    builder.environment().putAll(variables(endpoint));
    try {
      return spawner.spawn(builder::start).get(ENTER_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new RuntimeStartException(
          "endpoint " + endpoint.name() + ": cannot start a command inside: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RuntimeStartException("endpoint " + endpoint.name() + ": interrupted", e);
    }
  }

  private Map<String, String> variables(Endpoint endpoint) {
    Map<String, String> variables = new HashMap<>(ownership.marks());
    variables.put(ENDPOINT_VARIABLE, endpoint.name());
    variables.put(ADDRESS_VARIABLE, endpoint.address().getHostAddress());
    return variables;
  }

  private static Path directory(Endpoint endpoint) throws RuntimeStartException {
    Path directory = Path.of(endpoint.service().directory().orElse("")).toAbsolutePath();
    if (!Files.isDirectory(directory)) {
      throw new RuntimeStartException(
          "endpoint " + endpoint.name() + ": there is no directory " + directory + "; make it");
    }
    return directory;
  }

  private static NetworkNamespace makeNamespace(Endpoint endpoint) throws RuntimeStartException {
    try {
      return NetworkNamespaces.create();
    } catch (LinuxException e) {
      throw new RuntimeStartException(
          "endpoint "
              + endpoint.name()
              + ": cannot make a network namespace: "
              + e.getMessage()
              + "; run as root, or in a user namespace as kollaps does by itself",
          e);
    }
  }

  @Override
  public void close() {
    List<ProcessEndpoint> all = List.copyOf(endpoints);
    all.forEach(ProcessEndpoint::beginRemoval);
    all.forEach(ProcessEndpoint::remove);
    for (Path group : runGroups) {
      ControlGroupRemover.remove(group)
          .ifPresent(reason -> notices.add("cgroup " + group + ": " + reason));
    }
    timer.shutdownNow();
    spawner.close();
  }

  private static ScheduledThreadPoolExecutor timer() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("endpoint-timer").daemon().factory());
    timer.setRemoveOnCancelPolicy(true);
    return timer;
  }
}
