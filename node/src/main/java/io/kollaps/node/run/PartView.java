package io.kollaps.node.run;

import io.kollaps.node.results.FlowSample;
import io.kollaps.node.results.ResultsFolder;
import io.kollaps.node.run.Part.HomeEndpoint;
import io.kollaps.runtime.EndpointInstance;
import io.kollaps.runtime.RuntimeStartException;
import io.kollaps.topology.path.Endpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A prepared part as others may look at it, from any thread. */
final class PartView {
  private final List<Endpoint> endpoints;
  private final Map<Integer, EndpointInstance> instances;
  private final ResultsFolder results;
  private final ProgramLog programs;
  private final PeerExchange exchange;
  private volatile List<FlowSample> newest = List.of();

  PartView(
      List<Endpoint> endpoints,
      Map<Integer, EndpointInstance> instances,
      ResultsFolder results,
      ProgramLog programs,
      PeerExchange exchange) {
    this.endpoints = endpoints;
    this.instances = instances;
    this.results = results;
    this.programs = programs;
    this.exchange = exchange;
  }

  /** What the parts say to each other. */
  PeerExchange exchange() {
    return exchange;
  }

  /** The newest samples came. */
  void flows(List<FlowSample> samples) {
    newest = List.copyOf(samples);
  }

  List<FlowSample> newestFlows() {
    return newest;
  }

  List<HomeEndpoint> endpoints() {
    List<HomeEndpoint> all = new ArrayList<>();
    instances.forEach(
        (index, instance) -> {
          String name = endpoints.get(index).name();
          all.add(
              new HomeEndpoint(
                  index,
                  name,
                  results.outLog(name),
                  results.errLog(name),
                  instance.running(),
                  programs.runningSince(index)));
        });
    return all;
  }

  Process enter(String name, List<String> command) throws RunFailedException {
    if (command.isEmpty()) {
      throw new RunFailedException("give a command to run in " + name);
    }
    Optional<EndpointInstance> instance =
        endpoints.stream()
            .filter(e -> e.name().equals(name))
            .findFirst()
            .map(e -> instances.get(e.index()));
    if (instance.isEmpty()) {
      throw new RunFailedException(
          "no endpoint '"
              + name
              + "' is here; here are "
              + String.join(", ", endpoints().stream().map(HomeEndpoint::name).toList()));
    }
    try {
      return instance.get().enter(command);
    } catch (RuntimeStartException e) {
      throw new RunFailedException(String.valueOf(e.getMessage()), e);
    }
  }
}
