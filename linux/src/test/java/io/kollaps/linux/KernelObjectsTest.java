package io.kollaps.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class KernelObjectsTest {
  // far above what a crowded machine needs, far below a test that hangs
  private static final int PATIENCE_MILLIS = 20_000;

  @Test
  void shouldCountTheClockThatTimersCount() {
    long before = MonotonicClock.fromLibrary();
    long now = MonotonicClock.nanos();
    assertThat(now).isBetween(before, MonotonicClock.fromLibrary());
  }

  @Test
  void shouldWakeAtTheTimersInstantAndNotBefore() throws Exception {
    try (Epoll epoll = Epoll.create(4);
        TimerDescriptor timer = TimerDescriptor.create()) {
      epoll.add(timer.fileDescriptor(), 1L << 40);
      assertThat(epoll.await(0)).isZero();
      long at = MonotonicClock.nanos() + 20_000_000;
      timer.arm(at);
      assertThat(epoll.await(PATIENCE_MILLIS)).isEqualTo(1);
      assertThat(MonotonicClock.nanos()).isGreaterThanOrEqualTo(at);
      assertThat(epoll.tag(0)).isEqualTo(1L << 40);
      timer.disarm();
      assertThat(epoll.await(0)).isZero();
    }
  }

  @Test
  void shouldTellSeveralReadyDescriptorsApart() throws Exception {
    try (Epoll epoll = Epoll.create(4);
        EventDescriptor first = EventDescriptor.create();
        EventDescriptor second = EventDescriptor.create()) {
      epoll.add(first.fileDescriptor(), 7);
      epoll.add(second.fileDescriptor(), -8);
      first.signal();
      second.signal();
      assertThat(epoll.await(PATIENCE_MILLIS)).isEqualTo(2);
      assertThat(new long[] {epoll.tag(0), epoll.tag(1)}).containsExactlyInAnyOrder(7, -8);
      first.drain();
      epoll.remove(second.fileDescriptor());
      assertThat(epoll.await(0)).isZero();
      assertThatThrownBy(() -> epoll.remove(second.fileDescriptor()))
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
    }
  }

  @Test
  void shouldReadAndWriteRawMemory() throws Exception {
    try (OffHeapMemory memory = OffHeapMemory.map(1 << 20)) {
      int zeros = FileDescriptors.open("/dev/zero", FileDescriptors.O_RDWR);
      try {
        assertThat(FileDescriptors.read(zeros, memory.address(), 4096)).isEqualTo(4096);
        assertThat(FileDescriptors.write(zeros, memory.address(), 100)).isEqualTo(100);
      } finally {
        FileDescriptors.close(zeros);
      }
      assertThat(FileDescriptors.read(-1, memory.address(), 1)).isEqualTo(-9);
      assertThat(Errno.name(9)).isEqualTo("EBADF");
    }
  }

  @Test
  void shouldMakeATunDeviceThatGoesWithItsDescriptor() throws Exception {
    try (NetworkNamespace namespace = NetworkNamespaces.create()) {
      TunDevice tun = namespace.inside(() -> TunDevice.create("tun9"));
      try (RouteNetlink links = namespace.inside(RouteNetlink::open)) {
        int index = links.linkIndex("tun9");
        links.setMtu(index, 9000);
        links.setQueueLength(index, 123);
        links.setNoLinkLocalAddress(index);
        links.setName(index, "eth0");
        links.setUp(index, true);
        links.addAddress(index, InetAddress.getByName("10.1.2.3"), 32);
        links.addAddress(index, InetAddress.getByName("fd00::3"), 128);
        links.addRoute(index, InetAddress.getByName("10.1.0.0"), 16);
        links.addRoute(index, InetAddress.getByName("fd00::"), 64);
        assertThat(NetworkNamespacesTest.run(namespace, "ip", "addr", "show", "eth0"))
            .contains("mtu 9000", "qlen 123", "inet 10.1.2.3/32", "inet6 fd00::3/128")
            .doesNotContain("fe80", "tentative");
        assertThat(NetworkNamespacesTest.run(namespace, "ip", "route")).contains("10.1.0.0/16 dev");
        assertThat(NetworkNamespacesTest.run(namespace, "ip", "-6", "route"))
            .contains("fd00::/64 dev eth0");
        assertThat(links.statistics(index).transmitDropped()).isZero();
        assertThatThrownBy(() -> links.addAddress(index, InetAddress.getByName("10.1.2.3"), 32))
            .isInstanceOfSatisfying(
                LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EEXIST))
            .hasMessageContaining("10.1.2.3");
        tun.close();
        assertThatThrownBy(() -> links.linkIndex("eth0"))
            .isInstanceOfSatisfying(
                LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENODEV));
      }
    }
  }

  @Test
  void shouldReadAnotherThreadsProcessorTime() throws Exception {
    ThreadCpuClock own = ThreadCpuClock.ofCallingThread();
    long before = own.nanos();
    long sum = 0;
    while (own.nanos() - before < 5_000_000) {
      sum++;
    }
    assertThat(sum).isPositive();
    ThreadCpuClock[] ended = new ThreadCpuClock[1];
    Thread thread = new Thread(() -> ended[0] = ThreadCpuClock.ofCallingThread());
    thread.start();
    thread.join(PATIENCE_MILLIS);
    long deadline = System.nanoTime() + PATIENCE_MILLIS * 1_000_000L;
    while (ended[0].nanos() >= 0 && System.nanoTime() < deadline) {
      Thread.sleep(1);
    }
    assertThat(ended[0].nanos()).isEqualTo(-1);
  }

  @Test
  void shouldSignalOneProcessOnly() throws Exception {
    Process process = new ProcessBuilder("sleep", "60").start();
    assertThat(Signals.send(process.pid(), 0)).isTrue();
    assertThat(Signals.send(process.pid(), Signals.SIGKILL)).isTrue();
    assertThat(process.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
    assertThat(Signals.send(process.pid(), 0)).isFalse();
    for (long dangerous : new long[] {-1, 0, 1}) {
      assertThatThrownBy(() -> Signals.send(dangerous, 0))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
