package io.kollaps.node.run;

import io.kollaps.topology.path.CompiledExperiment;
import io.kollaps.topology.path.Endpoint;
import java.util.List;

/** Which part runs each endpoint of an experiment, seen from one of the parts. */
final class Homes {
  private final int[] homes;
  private final int self;
  private final int nodes;

  private Homes(int[] homes, int self, int nodes) {
    this.homes = homes;
    this.self = self;
    this.nodes = nodes;
  }

  /** All of an experiment in one part. */
  static Homes alone(CompiledExperiment compiled) {
    return new Homes(new int[compiled.endpoints().size()], 0, 1);
  }

  /**
   * As a plan says.
   *
   * @throws RunFailedException when the plan is not one for this experiment
   */
  static Homes of(PartPlan plan, CompiledExperiment compiled) throws RunFailedException {
    int[] homes = plan.homes();
    if (homes.length != compiled.endpoints().size()) {
      throw new RunFailedException(
          "the plan has homes for "
              + homes.length
              + " endpoints, but "
              + plan.fileName()
              + " makes "
              + compiled.endpoints().size()
              + "; the nodes must run the same version of Kollaps");
    }
    return new Homes(homes, plan.self(), plan.nodes().size());
  }

  /** This part's number. */
  int self() {
    return self;
  }

  /** How many parts there are. */
  int nodes() {
    return nodes;
  }

  /** True when there is no other part. */
  boolean alone() {
    return nodes == 1;
  }

  /** True when an endpoint runs in this part. */
  boolean here(int endpoint) {
    return homes[endpoint] == self;
  }

  /** Number of the part that runs an endpoint. */
  int home(int endpoint) {
    return homes[endpoint];
  }

  /** The part of each endpoint, by its index. */
  int[] all() {
    return homes.clone();
  }

  /** Those of an experiment's endpoints that run in this part. */
  List<Endpoint> here(CompiledExperiment compiled) {
    return compiled.endpoints().stream().filter(e -> here(e.index())).toList();
  }
}
