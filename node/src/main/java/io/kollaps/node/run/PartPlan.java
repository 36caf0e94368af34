package io.kollaps.node.run;

import io.kollaps.linux.ownership.RunId;
import io.kollaps.node.load.FileContent;
import java.util.List;

/**
 * What a node is told to make of an experiment: the whole experiment, and which endpoints are at
 * home where. The same on all nodes of a run but for {@code self} and the nodes' latencies.
 *
 * @param run the run
 * @param seed seed of every random draw; with it, every node compiles the same experiment
 * @param fileName last part of the topology file's path: names the experiment when the file does
 *     not
 * @param file the topology file as submitted
 * @param fabric name of the fabric as in {@code --fabric}, or {@code auto}
 * @param vni number of the experiment's overlay network, 1 to 16777215 (RFC 7348, 24 bits)
 * @param endpointMtu MTU of the endpoints' {@code eth0} in bytes
 * @param nodes the nodes with a part of the run; a node's place in this list is its number, also as
 *     the part's number in usage reports
 * @param homes for each endpoint, by its index, the number of the node where it runs
 * @param self number of the node that this plan is for
 */
@SuppressWarnings("ArrayRecordComponent") // copied in and out
public record PartPlan(
    RunId run,
    long seed,
    String fileName,
    FileContent file,
    String fabric,
    int vni,
    int endpointMtu,
    List<PartNode> nodes,
    int[] homes,
    int self) {

  /** Largest VNI: 24 bits (RFC 7348). */
  public static final int MAX_VNI = 0xffffff;

  /**
   * Copies the lists and checks that the numbers name nodes.
   *
   * @throws IllegalArgumentException when a number names no node, or the VNI is out of range
   */
  public PartPlan {
    nodes = List.copyOf(nodes);
    homes = homes.clone();
    requireNode("self", self, nodes.size());
    for (int home : homes) {
      requireNode("an endpoint's home", home, nodes.size());
    }
    if (vni < 1 || vni > MAX_VNI) {
      throw new IllegalArgumentException("VNI " + vni + "; give one from 1 to " + MAX_VNI);
    }
  }

  private static void requireNode(String what, int number, int nodes) {
    if (number < 0 || number >= nodes) {
      throw new IllegalArgumentException(
          what + " is node " + number + ", but the plan has " + nodes + " nodes");
    }
  }

  /** A copy of the homes. */
  @Override
  public int[] homes() {
    return homes.clone();
  }

  /** Number of the node where an endpoint runs. */
  public int home(int endpoint) {
    return homes[endpoint];
  }

  /** Whether an endpoint runs at the node that this plan is for. */
  public boolean atHome(int endpoint) {
    return homes[endpoint] == self;
  }
}
