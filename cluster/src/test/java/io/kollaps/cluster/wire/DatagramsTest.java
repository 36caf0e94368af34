package io.kollaps.cluster.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.clock.ClockOffset;
import io.kollaps.cluster.security.ClusterKey;
import io.kollaps.cluster.security.DatagramSeal;
import io.kollaps.cluster.security.KeyRing;
import io.kollaps.cluster.security.Refusals;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DatagramsTest {
  private static final NodeId A = NodeId.of(1);
  private static final NodeId B = NodeId.of(2);
  private static final long BOUND_SECONDS = 20;

  @Test
  void shouldReadBackPingsSignsAndAnswersAndNothingElse() {
    List<Beat> beats =
        List.of(
            new Beat.Ping(0),
            new Beat.Sign(8, -5, 7, Optional.of(new ClockOffset(-3, 4, 5))),
            new Beat.Sign(2, 1, 0, Optional.empty()),
            new Beat.Heard(1, 2, 3, 4));
    for (Beat beat : beats) {
      byte[] bytes = beat.bytes();
      assertThat(Beat.parse(ByteBuffer.wrap(bytes))).contains(beat);
      assertThat(Beat.parse(ByteBuffer.wrap(bytes, 0, bytes.length - 1))).isEmpty();
      ByteBuffer longer = ByteBuffer.allocate(bytes.length + 9).put(bytes).rewind();
      assertThat(Beat.parse(longer)).as("of a newer version").contains(beat);
    }
    assertThat(Beat.parse(ByteBuffer.allocate(0))).isEmpty();
    assertThat(Beat.parse(ByteBuffer.wrap(new byte[] {99, 1, 2}))).isEmpty();
  }

  @Test
  void shouldPassDatagramsOfMembersAndTellOfOthersOnce() throws Exception {
    KeyRing keys = new KeyRing(ClusterKey.create(1, new SecureRandom()));
    DatagramSeal sender = new DatagramSeal(A, 1, keys, B::equals);
    ConcurrentLinkedQueue<String> told = new ConcurrentLinkedQueue<>();
    Refusals refusals = new Refusals(told::add, System::nanoTime);
    BlockingQueue<NodeId> received = new LinkedBlockingQueue<>();
    int port;
    try (DatagramSocket free = new DatagramSocket(0)) {
      port = free.getLocalPort();
    }
    InetSocketAddress to = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    SplittableRandom random = new SplittableRandom(3);
    try (DatagramPort listening =
            new DatagramPort(
                port,
                new DatagramSeal(B, 1, keys, A::equals),
                refusals,
                System::currentTimeMillis,
                (node, payload, from) -> received.add(node));
        DatagramSocket socket = new DatagramSocket()) {
      byte[] sealed = sender.seal(new Beat.Heard(1, 2, 3, 4).bytes(), System.currentTimeMillis());
      socket.send(new DatagramPacket(sealed, sealed.length, to));
      assertThat(received.poll(BOUND_SECONDS, TimeUnit.SECONDS)).isEqualTo(A);

      for (int i = 0; i < 50; i++) {
        socket.send(new DatagramPacket(sealed, sealed.length, to)); // replayed
        byte[] garbage = new byte[random.nextInt(100, 3000)];
        socket.send(new DatagramPacket(garbage, garbage.length, to));
      }
      byte[] last = sender.seal(new Beat.Heard(1, 2, 3, 4).bytes(), System.currentTimeMillis());
      socket.send(new DatagramPacket(last, last.length, to));
      assertThat(received.poll(BOUND_SECONDS, TimeUnit.SECONDS)).isEqualTo(A);
      assertThat(received).isEmpty();
      assertThat(told).hasSize(3); // replayed, too long, none of ours
      assertThat(listening).isNotNull();
    }
  }

  @Test
  void shouldBeFoundAndAnswerNothingElse() throws Exception {
    int port;
    try (DatagramSocket free = new DatagramSocket(0)) {
      port = free.getLocalPort();
    }
    ConcurrentLinkedQueue<String> told = new ConcurrentLinkedQueue<>();
    Refusals refusals = new Refusals(told::add, System::nanoTime);
    try (Discovery answering = Discovery.answering(port, 7700, refusals);
        DatagramSocket socket = new DatagramSocket()) {
      assertThat(answering).isNotNull();
      byte[] garbage = new byte[32];
      garbage[0] = 'K';
      socket.send(
          new DatagramPacket(
              garbage,
              garbage.length,
              new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));

      List<InetSocketAddress> found =
          Discovery.find(port, Duration.ofSeconds(1), List.of(InetAddress.getLoopbackAddress()));

      assertThat(found).isNotEmpty().allMatch(node -> node.getPort() == 7700);
      socket.setSoTimeout(100);
      byte[] buffer = new byte[100];
      org.assertj.core.api.Assertions.assertThatThrownBy(
              () -> socket.receive(new DatagramPacket(buffer, buffer.length)))
          .isInstanceOf(java.net.SocketTimeoutException.class);
      assertThat(told).hasSize(1).allMatch(line -> line.contains("refused question"));
    }
  }
}
