package io.kollaps.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

/** Notes of arrivals at a real device; where the kernel refuses them, that it says why. */
class ArrivalStampsTest {
  private static final int INDEX = 3;

  @Test
  void shouldNoteTheArrivalThatIsReadNext() throws Exception {
    ArrivalStamps stamps;
    try {
      stamps = ArrivalStamps.open(INDEX + 1);
    } catch (LinuxException e) {
      // in namespaces of one's own: no eBPF there
      assertThat(e.errno()).isIn(Errno.EPERM, Errno.ENOSYS);
      return;
    }
    try (stamps;
        NetworkNamespace namespace = NetworkNamespaces.create();
        OffHeapMemory memory = OffHeapMemory.map(4096);
        TunDevice device = namespace.inside(ArrivalStampsTest::device)) {
      stamps.attach(INDEX, device);
      assertThat(stamps.stamp(INDEX)).isZero();
      try (InetSocket socket = namespace.inside(() -> InetSocket.udp(address("10.96.0.1")))) {
        socket.connect(address("10.96.0.2"), 9);
        long before = MonotonicClock.nanos();
        assertThat(socket.send(memory.address(), 100)).isEqualTo(100);
        long after = MonotonicClock.nanos();
        assertThat(socket.send(memory.address(), 101)).isEqualTo(101);

        assertThat(stamps.stamp(INDEX)).as("the first, not the second").isBetween(before, after);
        assertThat(stamps.stamp(0)).as("another device's").isZero();
        long length = FileDescriptors.read(device.fileDescriptor(), memory.address(), 4096);
        assertThat(length).isEqualTo(TunDevice.HEADER_BYTES + 28 + 100);

        stamps.clear(INDEX);
        assertThat(socket.send(memory.address(), 102)).isEqualTo(102);
        assertThat(stamps.stamp(INDEX)).isBetween(after, MonotonicClock.nanos());
      }
    }
  }

  private static TunDevice device() throws LinuxException {
    TunDevice device = TunDevice.create("eth0");
    try (RouteNetlink links = RouteNetlink.open()) {
      int index = links.linkIndex("eth0");
      links.setNoLinkLocalAddress(index);
      links.setUp(index, true);
      links.addAddress(index, address("10.96.0.1"), 24);
      return device;
    } catch (LinuxException e) {
      device.close();
      throw e;
    }
  }

  private static Inet4Address address(String text) {
    try {
      return (Inet4Address) InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(text, e);
    }
  }
}
