package io.kollaps.node.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.CapacityMap;
import io.kollaps.cluster.capacity.JoinSettings;
import io.kollaps.cluster.capacity.NodeProfile;
import io.kollaps.cluster.join.MeasuredNetwork;
import io.kollaps.cluster.simulate.PhysicalTree;
import io.kollaps.cluster.simulate.PhysicalTrees;
import io.kollaps.cluster.simulate.SimulatedCluster;
import io.kollaps.cluster.simulate.SimulatedProbes;
import io.kollaps.placement.network.CapacityTree;
import io.kollaps.placement.network.PhysicalNetwork;
import io.kollaps.placement.network.Soundness;
import io.kollaps.topology.physical.PhysicalTopology;
import io.kollaps.topology.read.PhysicalReadResult;
import io.kollaps.topology.read.PhysicalTopologyReader;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ClusterNetworkTest {
  private static CapacityMap map(PhysicalTree network) {
    JoinSettings exact = JoinSettings.DEFAULT.withNoise(0);
    return SimulatedCluster.joined(
            network, exact, new SimulatedProbes(network, exact.goodputFactor(), 0, 1), true)
        .mapper()
        .map();
  }

  private static MeasuredNetwork measured(CapacityMap map, Map<Long, List<NodeId>> confirmed) {
    return new MeasuredNetwork(map, Map.of(), confirmed, Map.of());
  }

  private static List<NodeId> nodes(int count) {
    return IntStream.range(0, count).mapToObj(SimulatedProbes::id).toList();
  }

  @Test
  void shouldSayWhetherTiesAreConfirmed() {
    CapacityMap star = map(PhysicalTrees.star(5));
    long level = star.levels().getFirst().id();

    assertThat(soundness(measured(star, Map.of()), 5)).isEqualTo(Soundness.CONSERVATIVE);
    assertThat(soundness(measured(star, Map.of(level, nodes(4))), 5))
        .isEqualTo(Soundness.CONSERVATIVE);
    assertThat(soundness(measured(star, Map.of(level, nodes(5))), 5))
        .isEqualTo(Soundness.CONFIRMED_TIES);
  }

  private static Soundness soundness(MeasuredNetwork network, int count) {
    return ClusterNetwork.measured(network, nodes(count), NodeId::value).orElseThrow().soundness();
  }

  @Test
  void shouldGiveEveryPairItsCapacity() {
    for (long seed = 1000; seed < 1020; seed++) {
      CapacityMap map = map(PhysicalTrees.random(15, seed));
      List<NodeId> wanted = nodes(15).subList(2, 12);
      CapacityTree tree = tree(measured(map, Map.of()), wanted);

      for (int one = 0; one < wanted.size(); one++) {
        for (int other = 0; other < one; other++) {
          long told =
              Math.round(
                  map.levels()
                      .get(map.levelBetween(wanted.get(one), wanted.get(other)).orElseThrow())
                      .meanBitsPerSecond());
          assertThat(between(tree, one, other)).as("seed %d", seed).isEqualTo(told);
        }
      }
    }
  }

  private static long between(CapacityTree tree, int one, int other) {
    CapacityTree.Group group = (CapacityTree.Group) tree;
    for (CapacityTree member : group.members()) {
      if (member.nodes().get(one) && member.nodes().get(other)) {
        return between(member, one, other);
      }
    }
    return group.levelBitsPerSecond();
  }

  private static CapacityTree tree(MeasuredNetwork network, List<NodeId> wanted) {
    return ((io.kollaps.placement.network.CapacityMap)
            ClusterNetwork.measured(network, wanted, NodeId::value).orElseThrow())
        .root();
  }

  @Test
  void shouldLetNothingPassToWhoIsNotMeasured() {
    CapacityMap star = map(PhysicalTrees.star(3));
    List<NodeId> wanted =
        List.of(SimulatedProbes.id(9), SimulatedProbes.id(1), SimulatedProbes.id(2));

    CapacityTree tree = tree(measured(star, Map.of()), wanted);

    assertThat(between(tree, 0, 1)).isZero();
    assertThat(between(tree, 0, 2)).isZero();
    assertThat(between(tree, 1, 2)).isEqualTo(Math.round(1e9 * JoinSettings.ETHERNET_GOODPUT));
    assertThat(ClusterNetwork.measured(MeasuredNetwork.EMPTY, wanted, NodeId::value)).isEmpty();
  }

  @Test
  void shouldTakeADescriptionAsTheNetwork() {
    PhysicalTopology topology =
        ((PhysicalReadResult.Valid)
                PhysicalTopologyReader.read(
                    """
                    switches:
                      core: {}
                      rack: { uplink: core, rate: 1 Gbit/s, nodes: [10.0.1.0/24], node_rate: 100 Mbit/s }
                      far: { uplink: core, rate: 1 Gbit/s, nodes: [10.0.2.0/24] }
                    """
                        .getBytes(StandardCharsets.UTF_8)))
            .topology();
    List<NodeProfile> profiles = List.of(profile(1, "10.0.1.7"), profile(2, "10.0.2.7"));

    PhysicalNetwork network =
        ClusterNetwork.described(topology, profiles, NodeId::value).orElseThrow();

    assertThat(network.soundness()).isEqualTo(Soundness.KNOWN_TOPOLOGY);
    assertThat(network.nodeCount()).isEqualTo(2);
    assertThat(ClusterNetwork.described(topology, List.of(profile(3, "10.9.9.9")), NodeId::value))
        .isEmpty();
  }

  private static NodeProfile profile(long id, String address) {
    return new NodeProfile(
        NodeId.of(id), OptionalLong.empty(), Optional.of(InetAddress.ofLiteral(address)));
  }
}
