package io.kollaps.cluster.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kollaps.cluster.NodeId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DatagramSealTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final NodeId A = NodeId.of(1);
  private static final NodeId B = NodeId.of(2);
  private static final int FUZZED = 100_000;

  private final ClusterKey key = ClusterKey.create(1, new SecureRandom());
  private final KeyRing ring = new KeyRing(key);
  private final DatagramSeal a = new DatagramSeal(A, 10, ring, B::equals);
  private final DatagramSeal b = new DatagramSeal(B, 20, new KeyRing(key), A::equals);

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static DatagramSeal.Result open(DatagramSeal seal, byte[] data) {
    return seal.open(data, data.length, NOW, 0);
  }

  private static String reason(DatagramSeal.Result result) {
    assertThat(result).isInstanceOf(DatagramSeal.Refused.class);
    return ((DatagramSeal.Refused) result).reason();
  }

  @Test
  void shouldOpenWhatAMemberSealed() {
    DatagramSeal.Result result = open(b, a.seal(text("hello"), NOW));

    assertThat(result).isEqualTo(new DatagramSeal.Opened(A, ByteBuffer.wrap(text("hello"))));
    assertThat(open(b, a.seal(new byte[0], NOW))).isInstanceOf(DatagramSeal.Opened.class);
    assertThat(open(b, a.seal(new byte[DatagramSeal.MAX_PAYLOAD_BYTES], NOW)))
        .isInstanceOf(DatagramSeal.Opened.class);
    assertThatThrownBy(() -> a.seal(new byte[DatagramSeal.MAX_PAYLOAD_BYTES + 1], NOW))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldRefuseAReplay() {
    byte[] datagram = a.seal(text("once"), NOW);

    assertThat(open(b, datagram)).isInstanceOf(DatagramSeal.Opened.class);
    assertThat(reason(open(b, datagram))).contains("came before");
    // to a process that has just begun, and so has seen nothing
    DatagramSeal fresh = new DatagramSeal(B, 21, new KeyRing(key), A::equals);
    assertThat(
            reason(
                fresh.open(
                    datagram, datagram.length, NOW + DatagramSeal.CLOCK_WINDOW_MILLIS + 1, 0)))
        .contains("time");
  }

  @Test
  void shouldRefuseEveryChangedBit() {
    byte[] datagram = a.seal(text("hello"), NOW);
    for (int bit = 0; bit < datagram.length * 8; bit++) {
      byte[] changed = datagram.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(open(b, changed)).as("bit " + bit).isInstanceOf(DatagramSeal.Refused.class);
    }
    assertThat(open(b, datagram)).isInstanceOf(DatagramSeal.Opened.class);
  }

  @Test
  void shouldRefuseGarbageOfEveryLengthWithoutFailing() {
    long seed = 4711;
    SplittableRandom random = new SplittableRandom(seed);
    byte[] real = a.seal(text("a real one"), NOW);
    for (int i = 0; i < FUZZED; i++) {
      byte[] data = new byte[random.nextInt(0, 2000)];
      random.nextBytes(data);
      if (random.nextBoolean()) {
        System.arraycopy(real, 0, data, 0, Math.min(data.length, random.nextInt(real.length)));
      }
      assertThat(open(b, data))
          .as("seed %d, datagram %d", seed, i)
          .isInstanceOf(DatagramSeal.Refused.class);
    }
  }

  @Test
  void shouldRefuseStrangersAndAnotherClustersKey() {
    DatagramSeal stranger = new DatagramSeal(NodeId.of(3), 1, new KeyRing(key), A::equals);
    DatagramSeal foreign =
        new DatagramSeal(A, 99, new KeyRing(ClusterKey.create(1, new SecureRandom())), B::equals);

    assertThat(reason(open(b, stranger.seal(text("x"), NOW)))).contains("no member");
    assertThat(reason(open(b, foreign.seal(text("x"), NOW)))).contains("seal");
    assertThat(reason(open(b, b.seal(text("x"), NOW)))).contains("our own");
  }

  @Test
  void shouldTakeARestartedSendersNewSessionAndNoOldOne() {
    byte[] late = a.seal(text("late"), NOW);
    DatagramSeal restarted = new DatagramSeal(A, 11, ring, B::equals);

    assertThat(open(b, restarted.seal(text("x"), NOW))).isInstanceOf(DatagramSeal.Opened.class);
    assertThat(reason(open(b, late))).contains("came before");
  }

  @Test
  void shouldUseANewKeyAtOnceAndTheOldOneForAWhile() {
    byte[] old = a.seal(text("old"), NOW);
    byte[] older = a.seal(text("older"), NOW);
    ClusterKey next = ClusterKey.create(2, new SecureRandom());
    KeyRing ringOfB = new KeyRing(key);
    DatagramSeal receiver = new DatagramSeal(B, 20, ringOfB, A::equals);
    ring.learn(next, 0);
    ringOfB.learn(next, 1000);

    assertThat(open(receiver, a.seal(text("x"), NOW))).isInstanceOf(DatagramSeal.Opened.class);
    assertThat(receiver.open(old, old.length, NOW, 1000 + KeyRing.GRACE_NANOS - 1))
        .isInstanceOf(DatagramSeal.Opened.class);
    assertThat(reason(receiver.open(older, older.length, NOW, 1000 + KeyRing.GRACE_NANOS)))
        .contains("old or unknown");
    ringOfB.learn(key, 5000); // an older key does not come back
    assertThat(ringOfB.current()).isEqualTo(next);
  }

  /** Compared with a set of all numbers seen, which is what a window of endless width is. */
  @Test
  void shouldAcceptEachNumberOnceAndAllThatAreNotTooLate() {
    for (long seed = 0; seed < 200; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      ReplayWindow window = new ReplayWindow();
      Set<Long> seen = new HashSet<>();
      long newest = -1;
      for (int i = 0; i < 2000; i++) {
        long number =
            Math.max(0, newest + random.nextLong(-100, random.nextInt(20) == 0 ? 200 : 5));
        boolean expected = !seen.contains(number) && number > newest - ReplayWindow.WIDTH;
        assertThat(window.accept(1, number)).as("seed %d, step %d", seed, i).isEqualTo(expected);
        if (expected) {
          seen.add(number);
          newest = Math.max(newest, number);
        }
      }
    }
  }
}
