package io.kollaps.node.run;

import io.kollaps.fabric.Fabric;
import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.PortSpec;
import io.kollaps.fabric.PortSpec.Prefix;
import io.kollaps.linux.ownership.OwnedResource;
import io.kollaps.linux.ownership.RunOwnership;
import io.kollaps.node.fabric.FabricFactory;
import io.kollaps.node.results.ResultsFolder;
import io.kollaps.runtime.EndpointInstance;
import io.kollaps.runtime.EndpointSpec;
import io.kollaps.runtime.RuntimeStartException;
import io.kollaps.runtime.process.HostsFile;
import io.kollaps.runtime.process.ProcessRuntime;
import io.kollaps.topology.path.CompiledExperiment;
import io.kollaps.topology.path.Endpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes endpoints and fabric of a part, and takes them away again, in the reverse order. */
final class PartSetup implements AutoCloseable {
  /**
   * Longest wait for all endpoints to be ready: far above what thousands take, a bound for a
   * machine that is stuck.
   */
  private static final long READY_TIMEOUT_NANOS = 120_000_000_000L;

  private final RunOwnership ownership;
  private final CompiledExperiment compiled;
  private final Homes homes;
  private final ProcessRuntime runtime;
  private final Fabric fabric;
  private final EpochPreparer epochs;
  private final Map<Integer, EndpointInstance> instances = new LinkedHashMap<>();

  private PartSetup(
      RunOwnership ownership,
      CompiledExperiment compiled,
      Homes homes,
      ProcessRuntime runtime,
      Fabric fabric) {
    this.ownership = ownership;
    this.compiled = compiled;
    this.homes = homes;
    this.runtime = runtime;
    this.fabric = fabric;
    this.epochs = new EpochPreparer(compiled, homes);
  }

  /** Starts an empty runtime and an empty fabric. */
  static PartSetup open(
      RunOwnership ownership,
      CompiledExperiment compiled,
      Homes homes,
      FabricFactory fabrics,
      long seed)
      throws FabricException, RuntimeStartException {
    ProcessRuntime runtime = ProcessRuntime.open(ownership);
    boolean opened = false;
    try {
      Fabric fabric = fabrics.start(compiled.endpoints().size(), seed);
      opened = true;
      return new PartSetup(ownership, compiled, homes, runtime, fabric);
    } finally {
      if (!opened) {
        runtime.close();
      }
    }
  }

  /**
   * Makes every home endpoint and its port; no path is set yet.
   *
   * @param mtu of the endpoints' {@code eth0}
   * @param patience asked between the steps
   * @throws PartEndedException when the part is to end
   */
  PreparedPart prepare(ResultsFolder results, int mtu, Patience patience)
      throws IOException, RuntimeStartException, FabricException, PartEndedException {
    Path hosts = ownership.folder().resolve("hosts");
    ownership.journal().willMake(new OwnedResource.OwnedFile(hosts));
    Files.writeString(hosts, HostsFile.text(compiled.endpoints()));
    List<Prefix> routes =
        CoveringPrefix.of(compiled.endpoints().stream().map(Endpoint::address).toList());
    for (Endpoint endpoint : homes.here(compiled)) {
      patience.check();
      EndpointInstance instance =
          runtime.create(
              new EndpointSpec(
                  endpoint,
                  hosts,
                  results.outLog(endpoint.name()),
                  results.errLog(endpoint.name())));
      instances.put(endpoint.index(), instance);
      fabric.attach(
          new PortSpec(
              endpoint.index(),
              instance.networkNamespace(),
              List.of(endpoint.address()),
              routes,
              mtu));
    }
    return awaitReady(hosts, patience);
  }

  private PreparedPart awaitReady(Path hosts, Patience patience)
      throws RuntimeStartException, PartEndedException {
    ProcessRehearsal rehearsal =
        ProcessRehearsal.begin(runtime, ownership.folder(), hosts, compiled.endpoints().size());
    PreparedEpoch[] first = new PreparedEpoch[1];
    long deadline = System.nanoTime() + READY_TIMEOUT_NANOS;
    patience.<RuntimeStartException>whileWaiting(
        () -> {
          first[0] = epochs.next();
          for (EndpointInstance instance : instances.values()) {
            instance.awaitReady(Math.max(1, deadline - System.nanoTime()));
          }
          rehearsal.play(READY_TIMEOUT_NANOS);
        });
    return new PreparedPart(instances, fabric, first[0], epochs);
  }

  /** What the user must know about what cannot be done here. */
  List<String> notices() {
    return runtime.notices();
  }

  /** The fabric. */
  Fabric fabric() {
    return fabric;
  }

  /** Ends all programs, then takes away the ports. */
  @Override
  public void close() throws FabricException {
    epochs.close();
    try {
      runtime.close();
    } finally {
      fabric.close();
    }
  }
}
