package io.kollaps.fabric.kernel;

import static io.kollaps.fabric.conformance.TestNetwork.address4;
import static io.kollaps.fabric.conformance.TestNetwork.address6;
import static io.kollaps.fabric.conformance.TestNetwork.delay;
import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.fabric.PathCounters;
import io.kollaps.fabric.conformance.Iperf;
import io.kollaps.fabric.conformance.TestNetwork;
import io.kollaps.linux.NetlinkBatch;
import io.kollaps.linux.RouteNetlink;
import io.kollaps.linux.bpf.BpfMap;
import io.kollaps.linux.bpf.BpfObject;
import io.kollaps.linux.bpf.BpfProgram;
import io.kollaps.linux.traffic.Filter;
import io.kollaps.linux.traffic.Handle;
import io.kollaps.linux.traffic.Protocol;
import io.kollaps.linux.traffic.Qdisc;
import io.kollaps.linux.traffic.TrafficControl;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The program that counts what leaves a device, beside a fabric that counts the same. */
class UsageProgramTest {
  private record Counted(long bytes, long packets) {}

  @Test
  void shouldCountByDestinationAsThePathsDo() throws Exception {
    BpfObject object = BpfObject.ofResource(KernelFabric.class, "/io/kollaps/fabric/bpf/usage.o");
    KernelFabric fabric = KernelFabric.start(3, KernelFabricOptions.DEFAULT, false, Step.Gate.OPEN);
    try (TestNetwork network = new TestNetwork(fabric, 3);
        BpfMap usage = BpfMap.create(object.map("usage").withEntries(16));
        BpfProgram program =
            BpfProgram.load(object.program("count_usage"), Map.of("usage", usage))) {
      network
          .namespace(0)
          .inside(
              () -> {
                try (RouteNetlink links = RouteNetlink.open();
                    NetlinkBatch batch = new NetlinkBatch()) {
                  int device = links.linkIndex("eth0");
                  Filter filter = new Filter.Bpf(program.fileDescriptor(), program.name());
                  new TrafficControl(links.socket(), batch)
                      .change(
                          changes -> {
                            int clsact = Handle.of(Handle.CLSACT >>> 16, 0);
                            changes.addQdisc(device, Handle.CLSACT, clsact, new Qdisc.Clsact(0));
                            changes.addFilter(device, Handle.EGRESS, 1, Protocol.ALL, filter);
                          });
                  return device;
                }
              });
      network.setBoth(0, 1, delay(0));
      network.setBoth(0, 2, delay(0));
      Iperf.goodput(network, 0, 1, address4(1), "cubic", 1);
      assertThat(network.pingReplies(0, address6(2), 3)).isEqualTo(3);
      PathCounters first = fabric.counters(0, 1);
      assertThat(first.offeredPackets()).isGreaterThan(1000);
      assertThat(counted(usage, address4(1)))
          .isEqualTo(new Counted(first.offeredBytes(), first.offeredPackets()));
      // IPv6 (40), ICMP (8), 56 of payload
      assertThat(counted(usage, address6(2))).isEqualTo(new Counted(3 * 104, 3));
      assertThat(counted(usage, address4(2))).isEqualTo(new Counted(0, 0));
    }
  }

  private static Counted counted(BpfMap usage, InetAddress destination) throws Exception {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(16, 8);
      usage.get(Port.key(destination), value);
      return new Counted(value.get(ValueLayout.JAVA_LONG, 0), value.get(ValueLayout.JAVA_LONG, 8));
    }
  }
}
