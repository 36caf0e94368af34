package io.kollaps.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet4Address;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class ListeningSocketsTest {
  private static final Inet4Address LOOPBACK = (Inet4Address) InetAddress.ofLiteral("127.0.0.1");

  @Test
  void shouldTellTheListenersOfItsNamespaceAndNoOthers() throws Exception {
    try (NetworkNamespace one = NetworkNamespaces.create();
        NetworkNamespace other = NetworkNamespaces.create();
        ListeningSockets ofOne = one.inside(ListeningSockets::open);
        ListeningSockets ofOther = other.inside(ListeningSockets::open)) {
      int port;
      try (InetSocket listener = one.inside(() -> InetSocket.listen(LOOPBACK))) {
        port = listener.localPort();

        assertThat(ofOne.contains(port)).isTrue();
        assertThat(ofOne.contains(port == 65_535 ? 1 : port + 1)).isFalse();
        assertThat(ofOther.contains(port)).isFalse();
      }
      assertThat(ofOne.contains(port)).isFalse();
    }
  }

  @Test
  void shouldNotTakeAConnectionForAListener() throws Exception {
    try (NetworkNamespace one = NetworkNamespaces.create();
        ListeningSockets sockets = one.inside(ListeningSockets::open);
        InetSocket listener = one.inside(() -> InetSocket.listen(LOOPBACK));
        InetSocket client = one.inside(InetSocket::tcp)) {
      assertThat(client.connect(LOOPBACK, listener.localPort())).isTrue();

      assertThat(sockets.contains(listener.localPort())).isTrue();
      assertThat(sockets.contains(client.localPort())).isFalse();
    }
  }

  @Test
  void shouldSeeListenersOfIpv6() throws Exception {
    try (NetworkNamespace one = NetworkNamespaces.create();
        ListeningSockets sockets = one.inside(ListeningSockets::open)) {
      Process listener =
          new ProcessBuilder(
                  "nsenter",
                  "--net=" + one.path(),
                  "perl",
                  "-MIO::Socket::IP",
                  "-e",
                  "$s = IO::Socket::IP->new(Listen => 1, LocalHost => '::', LocalPort => 4711) or die;"
                      + " sleep 1000")
              .start();
      try {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!sockets.contains(4711) && System.nanoTime() < deadline) {
          Thread.sleep(5);
        }
        assertThat(sockets.contains(4711)).isTrue();
      } finally {
        listener.destroyForcibly().waitFor();
      }
    }
  }
}
