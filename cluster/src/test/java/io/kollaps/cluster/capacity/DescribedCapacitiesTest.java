package io.kollaps.cluster.capacity;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.cluster.NodeId;
import io.kollaps.topology.physical.AddressRange;
import io.kollaps.topology.physical.PhysicalSwitch;
import io.kollaps.topology.physical.PhysicalTopology;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class DescribedCapacitiesTest {
  private static final PhysicalTopology SITE =
      new PhysicalTopology(
          List.of(
              new PhysicalSwitch(
                  "core", -1, 0, 0, List.of(range("10.0.0.1")), OptionalLong.empty()),
              new PhysicalSwitch(
                  "rack", 0, 400, 200, List.of(range("10.0.0.2")), OptionalLong.of(900))));
  private static final DescribedCapacities TOLD = new DescribedCapacities(SITE, 0.5);

  private static AddressRange range(String address) {
    return new AddressRange(InetAddress.ofLiteral(address), InetAddress.ofLiteral(address));
  }

  private static NodeProfile node(String address, OptionalLong nic) {
    return new NodeProfile(new NodeId(address), nic, Optional.of(InetAddress.ofLiteral(address)));
  }

  @Test
  void shouldTellTheSlowerDirectionOfTheNarrowestLink() {
    NodeProfile one = node("10.0.0.1", OptionalLong.empty());
    NodeProfile two = node("10.0.0.2", OptionalLong.of(1000));

    assertThat(TOLD.bitsPerSecond(one, two)).hasValue(100);
    assertThat(TOLD.bitsPerSecond(two, one)).hasValue(100);
    assertThat(TOLD.bitsPerSecond(node("10.0.0.1", OptionalLong.of(80)), two)).hasValue(40);
  }

  @Test
  void shouldTellNothingOfWhatIsNotDescribed() {
    NodeProfile one = node("10.0.0.1", OptionalLong.empty());

    assertThat(TOLD.bitsPerSecond(one, node("10.0.0.3", OptionalLong.of(10)))).isEmpty();
    assertThat(TOLD.bitsPerSecond(one, NodeProfile.unknown(new NodeId("x")))).isEmpty();
    assertThat(TOLD.bitsPerSecond(one, one)).as("no link on the way has a rate").isEmpty();
  }
}
