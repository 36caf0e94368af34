package io.kollaps.fabric.overlay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.OverlayPeer;
import io.kollaps.fabric.OverlayPeer.RemoteEndpoint;
import io.kollaps.fabric.OverlaySpec;
import io.kollaps.fabric.PathSetting;
import io.kollaps.fabric.PathShape;
import io.kollaps.fabric.overlay.TransitPaths.Excess;
import io.kollaps.linux.Errno;
import io.kollaps.linux.LinuxException;
import io.kollaps.topology.Jitter;
import io.kollaps.topology.LinkProperties.Framing;
import io.kollaps.topology.QueueLimit;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The check of the peers, ports, addresses and latencies, without a network. */
class PeerCheckTest {
  private static final long MILLI = 1_000_000;
  private static final InetAddress HERE = InetAddress.ofLiteral("10.99.0.1");
  private static final InetAddress THERE = InetAddress.ofLiteral("10.99.0.2");
  private static final OverlaySpec SPEC = new OverlaySpec(HERE, 5, 7800, 7809, 1450);

  private static OverlayPeer peer(long transit, int... endpoints) {
    List<RemoteEndpoint> list =
        java.util.Arrays.stream(endpoints)
            .mapToObj(
                i -> new RemoteEndpoint(i, List.of(InetAddress.ofLiteral("10.1.0." + (i + 1)))))
            .toList();
    return new OverlayPeer(new InetSocketAddress(THERE, 7801), list, transit);
  }

  /** A network that carries packets up to a size, and forgets some. */
  private static final class Network implements ProbePort {
    private final int largest;
    private final int error;
    private final int lostOfTen;
    private int small;
    private int full;
    private int sent;

    Network(int largest, int error, int lostOfTen) {
      this.largest = largest;
      this.error = error;
      this.lostOfTen = lostOfTen;
    }

    @Override
    public int request(int peer, int payloadBytes) {
      if (payloadBytes > largest && error != 0) {
        return error;
      }
      boolean arrives = payloadBytes <= largest && sent++ % 10 >= lostOfTen;
      if (arrives && payloadBytes == SPEC.endpointMtu()) {
        full++;
      } else if (arrives) {
        small++;
      }
      return 0;
    }

    @Override
    public int answers(int peer, int payloadBytes) {
      return payloadBytes == SPEC.endpointMtu() ? full : small;
    }
  }

  private static void check(Network network, long patience) throws FabricException {
    new PeerCheck(network, SPEC, List.of(peer(0, 1))).run(patience);
  }

  @Test
  void shouldPassWhereFullPacketsPassEvenIfSomeAreLost() {
    assertThatCode(() -> check(new Network(1450, 0, 0), 5_000 * MILLI)).doesNotThrowAnyException();
    assertThatCode(() -> check(new Network(1450, 0, 8), 5_000 * MILLI)).doesNotThrowAnyException();
  }

  /** Peers that answer after their round trips, by a clock that every look moves on by 1 us. */
  private static final class Distances implements ProbePort {
    private static final long LOOK_NANOS = 1_000;
    private final long[][] roundTrips;
    private final List<List<Long>> due = new ArrayList<>();
    private long now;

    /**
     * @param roundTrips of the first, second... request to each peer; the last counts for all later
     *     ones; below 0 for a lost one
     */
    Distances(long[]... roundTrips) {
      this.roundTrips = roundTrips;
      for (int i = 0; i < roundTrips.length; i++) {
        due.add(new ArrayList<>());
      }
    }

    long now() {
      return now;
    }

    void rest(long nanos) {
      now += Math.max(LOOK_NANOS, nanos);
    }

    @Override
    public int request(int peer, int payloadBytes) {
      long[] trips = roundTrips[peer];
      long trip = trips[Math.min(due.get(peer).size(), trips.length - 1)];
      due.get(peer).add(trip < 0 ? Long.MAX_VALUE : now + trip);
      return 0;
    }

    @Override
    public int answers(int peer, int payloadBytes) {
      return (int) due.get(peer).stream().filter(time -> time <= now).count();
    }

    long[] measured(int... earlierRequests) {
      return new TransitMeasure(this, earlierRequests, this::now, this::rest).run();
    }
  }

  @Test
  void shouldMeasureHalfOfTheShortestRoundTrip() {
    Distances distances =
        new Distances(
            new long[] {9 * MILLI, 4 * MILLI, 7 * MILLI}, new long[] {300 * MILLI}, new long[] {0});
    long[] transit = distances.measured(0, 0, 0);
    // looked for every sixteenth of what has passed, and at least every millisecond
    assertThat(transit[0]).isBetween(2 * MILLI, 2 * MILLI + MILLI / 8);
    assertThat(transit[1]).isBetween(150 * MILLI, 150 * MILLI + MILLI / 2);
    assertThat(transit[2]).isLessThanOrEqualTo(Distances.LOOK_NANOS);
  }

  @Test
  void shouldNotTakeAnEarlierAnswerForThatOfALaterRequest() {
    Distances distances = new Distances(new long[] {90 * MILLI, 50 * MILLI});
    // sent by the check; its answer comes while the measurement begins
    distances.request(0, InnerFrame.SMALLEST_PROBE_BYTES);
    assertThat(distances.measured(1)[0]).isBetween(25 * MILLI, 25 * MILLI + MILLI / 2);
    // the second is lost: the peer is left with what the first told
    Distances losing = new Distances(new long[] {80 * MILLI, -1, MILLI});
    assertThat(losing.measured(0)[0]).isBetween(40 * MILLI, 40 * MILLI + MILLI / 2);
    assertThat(new Distances(new long[] {-1}).measured(0)).containsExactly(0);
  }

  @Test
  void shouldTellWhatIsWrong() {
    assertThatThrownBy(() -> check(new Network(1449, Errno.EMSGSIZE, 0), 5_000 * MILLI))
        .hasMessageContaining("this node's own interface")
        .hasMessageContaining("1500 bytes");
    assertThatThrownBy(() -> check(new Network(1449, 0, 0), 5_000 * MILLI))
        .hasMessageContaining("full ones do not come back")
        .hasMessageContaining("10.99.0.2");
    assertThatThrownBy(() -> check(new Network(0, 0, 0), 200 * MILLI))
        .hasMessageContaining("did not answer")
        .hasMessageContaining("200 ms");
  }

  @Test
  void shouldTakeTheFirstPortThatIsFree() throws Exception {
    int[] tries = new int[1];
    int taken =
        OverlayPorts.take(
            SPEC,
            port -> {
              if (++tries[0] < 4) {
                throw new LinuxException("taken", Errno.EADDRINUSE);
              }
              return port;
            });
    // begins at 7800 + 5
    assertThat(taken).isEqualTo(7808);
    assertThatThrownBy(
            () ->
                OverlayPorts.take(
                    SPEC,
                    _ -> {
                      throw new LinuxException("taken", Errno.EADDRINUSE);
                    }))
        .isInstanceOf(FabricException.class)
        .hasMessageContaining("7800 to 7809");
    assertThatThrownBy(
            () ->
                OverlayPorts.take(
                    SPEC,
                    _ -> {
                      throw new LinuxException("not mine", 99);
                    }))
        .isInstanceOf(FabricException.class)
        .hasMessageContaining("10.99.0.1");
  }

  @Test
  void shouldKnowWhatFits() {
    assertThat(OverlaySpec.fittingMtu(1500, false)).isEqualTo(1450);
    assertThat(OverlaySpec.fittingMtu(1500, true)).isEqualTo(1430);
    assertThat(InnerFrame.address(0x01020304).toString()).isEqualTo("02:4b:01:02:03:04");
  }

  private static PathSetting setting(int from, int to, long latencyNanos) {
    return new PathSetting(
        from,
        to,
        Optional.of(
            new PathShape(latencyNanos, Jitter.NONE, 0, 1_000, Framing.IP, QueueLimit.DEFAULT)));
  }

  @Test
  void shouldTakeTheTransitOffLatenciesToOtherNodesOnly() throws Exception {
    TransitPaths paths = new TransitPaths(3);
    assertThat(paths.adjusted(List.of(setting(0, 1, 5), setting(0, 2, 5), setting(0, 0, 5))))
        .containsExactly(setting(0, 1, 5), setting(0, 2, 5), setting(0, 0, 5));
    PeerDirectory far = PeerDirectory.of(List.of(peer(3, 1), peer(7, 2)), SPEC, 3, Map.of());
    assertThat(paths.move(far)).containsExactlyInAnyOrder(setting(0, 1, 2), setting(0, 2, 0));
    assertThat(paths.excess()).isEqualTo(new Excess(1, 2));
    assertThat(paths.adjusted(List.of(setting(0, 2, 9)))).containsExactly(setting(0, 2, 2));
    assertThat(paths.excess()).isEqualTo(new Excess(0, 0));
    PathSetting gone = new PathSetting(0, 2, Optional.empty());
    assertThat(paths.adjusted(List.of(gone))).containsExactly(gone);
    assertThat(paths.move(PeerDirectory.empty(3))).containsExactly(setting(0, 1, 5));
  }
}
