package io.kollaps.fabric.userspace.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.fabric.PathShape;
import io.kollaps.topology.Jitter;
import io.kollaps.topology.LinkProperties.Framing;
import io.kollaps.topology.QueueLimit;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The engine against a slow model with exact fractions, on random scenarios. */
class ReferenceModelTest {
  private static final int SCENARIOS = 2000;
  private static final int ENDPOINTS = 4;

  /** An exact number. */
  private record Fraction(BigInteger numerator, BigInteger denominator) {
    static final Fraction ZERO = of(0);

    static Fraction of(long value) {
      return new Fraction(BigInteger.valueOf(value), BigInteger.ONE);
    }

    private static Fraction reduced(BigInteger numerator, BigInteger denominator) {
      BigInteger gcd = numerator.gcd(denominator).max(BigInteger.ONE);
      return new Fraction(numerator.divide(gcd), denominator.divide(gcd));
    }

    Fraction plus(Fraction other) {
      return reduced(
          numerator.multiply(other.denominator).add(other.numerator.multiply(denominator)),
          denominator.multiply(other.denominator));
    }

    Fraction minus(Fraction other) {
      return plus(new Fraction(other.numerator.negate(), other.denominator));
    }

    Fraction times(long numeratorFactor, long denominatorFactor) {
      return reduced(
          numerator.multiply(BigInteger.valueOf(numeratorFactor)),
          denominator.multiply(BigInteger.valueOf(denominatorFactor)));
    }

    int compare(Fraction other) {
      return numerator.multiply(other.denominator).compareTo(other.numerator.multiply(denominator));
    }

    long ceiling() {
      BigInteger[] parts = numerator.divideAndRemainder(denominator);
      return parts[0].longValueExact() + (parts[1].signum() > 0 ? 1 : 0);
    }
  }

  private static final class Packet {
    final int number;
    final long bytes;
    final long waited;
    Fraction bitsLeft;
    long departure;

    Packet(int number, long bytes, long waited) {
      this.number = number;
      this.bytes = bytes;
      this.waited = waited;
      bitsLeft = Fraction.of(8 * bytes);
    }
  }

  /** One path, served continuously; time in exact nanoseconds. */
  private static final class ModelPath {
    final Deque<Packet> queue = new ArrayDeque<>();
    final List<Packet> done = new ArrayList<>();
    PathShape shape;
    Fraction clock = Fraction.ZERO;
    long lastDeparture = Long.MIN_VALUE;
    int dropped;

    ModelPath(PathShape shape) {
      this.shape = shape;
    }

    void runTo(long now) {
      Fraction end = Fraction.of(now);
      while (!queue.isEmpty()) {
        Packet first = queue.peek();
        Fraction finish = clock;
        boolean unlimited = shape.rateBitsPerSecond() == EngineFixture.UNLIMITED;
        if (!unlimited) {
          finish = clock.plus(first.bitsLeft.times(1_000_000_000, shape.rateBitsPerSecond()));
        }
        if (finish.compare(end) > 0) {
          Fraction served = end.minus(clock).times(shape.rateBitsPerSecond(), 1_000_000_000);
          first.bitsLeft = first.bitsLeft.minus(served);
          break;
        }
        queue.remove();
        clock = finish;
        first.departure = finish.ceiling() + Math.max(0, shape.latencyNanos() - first.waited);
        if (!shape.jitter().reorders()) {
          first.departure = Math.max(first.departure, lastDeparture);
        }
        lastDeparture = Math.max(first.departure, lastDeparture);
        done.add(first);
      }
      clock = end;
    }

    void arrive(Packet packet) {
      Fraction bits = Fraction.ZERO;
      for (Packet queued : queue) {
        bits = bits.plus(queued.bitsLeft);
      }
      long own = 8 * packet.bytes;
      boolean fits =
          switch (shape.queueLimit()) {
            case QueueLimit.Time(long nanos) ->
                bits.times(1_000_000_000, shape.rateBitsPerSecond()).compare(Fraction.of(nanos))
                    <= 0;
            case QueueLimit.Bytes(long limit) ->
                bits.plus(Fraction.of(own)).compare(Fraction.of(8 * limit)) <= 0;
          };
      long full = 8 * (1500 + shape.framing().overheadBytes());
      boolean floor =
          bits.plus(Fraction.of(own)).compare(Fraction.of(2 * Math.max(own, full))) <= 0;
      if (fits || floor || shape.rateBitsPerSecond() == EngineFixture.UNLIMITED) {
        queue.add(packet);
      } else {
        dropped++;
      }
    }
  }

  @Test
  void shouldDepartAsTheExactModelDoes() {
    for (long seed = 1; seed <= SCENARIOS; seed++) {
      compare(seed);
    }
  }

  private static void compare(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    ModelPath[] model = new ModelPath[ENDPOINTS];
    List<String> actual = new ArrayList<>();
    try (EngineFixture fixture = new EngineFixture(ENDPOINTS)) {
      for (int to = 1; to < ENDPOINTS; to++) {
        model[to] = new ModelPath(shape(random, random.nextInt(4) == 0));
        fixture.path(0, to, model[to].shape, 0);
      }
      long now = 1000;
      int steps = random.nextInt(10, 150);
      long scale = 1L << random.nextInt(4, 28);
      boolean polled = false;
      for (int step = 0; step < steps; step++) {
        // What happens at an instant that was already polled may have to leave at that instant.
        now += (polled ? 1 : 0) + (random.nextInt(3) == 0 ? 0 : random.nextLong(scale));
        act(random, fixture, model, step, now);
        polled = random.nextInt(3) > 0;
        if (polled) {
          fixture.deliver(now).forEach(departure -> actual.add(describe(departure)));
        }
        if (random.nextInt(5) == 0) {
          fixture.engine.settle(now);
        }
      }
      fixture.drain().forEach(departure -> actual.add(describe(departure)));
      for (int to = 1; to < ENDPOINTS; to++) {
        assertThat(fixture.counters(0, to).queueDroppedPackets())
            .as("dropped, seed %d, path to %d", seed, to)
            .isEqualTo(model[to].dropped);
      }
    }
    assertThat(actual).as("departures, seed %d", seed).isEqualTo(expected(model));
  }

  private static void act(
      SplittableRandom random, EngineFixture fixture, ModelPath[] model, int step, long now) {
    int to = random.nextInt(1, ENDPOINTS);
    ModelPath path = model[to];
    path.runTo(now);
    int choice = random.nextInt(10);
    if (choice == 0) {
      long rate = rate(random);
      path.shape = withRate(path.shape, rate);
      fixture.engine.setRate(to, rate, now);
    } else if (choice == 1) {
      path.shape = shape(random, path.shape.jitter().reorders());
      fixture.path(0, to, path.shape, now);
    } else {
      int length = random.nextInt(5) == 0 ? random.nextInt(32, 9000) : random.nextInt(32, 1501);
      int overhead = path.shape.framing().overheadBytes();
      long waited = random.nextInt(3) > 0 ? 0 : random.nextLong(1, 5_000_000);
      path.arrive(new Packet(step, length + overhead, waited));
      byte[] packet = TestPackets.udp4(0, to, length, step);
      fixture.send(0, packet, packet.length, now, now - waited);
    }
    path.runTo(now);
  }

  private static long rate(SplittableRandom random) {
    if (random.nextInt(8) == 0) {
      return EngineFixture.UNLIMITED;
    }
    return Math.round(Math.exp(random.nextDouble(Math.log(1e3), Math.log(1e11))));
  }

  private static PathShape shape(SplittableRandom random, boolean reorders) {
    QueueLimit limit =
        random.nextBoolean()
            ? new QueueLimit.Time(random.nextLong(100_000_000))
            : new QueueLimit.Bytes(random.nextLong(100_000));
    long latency = random.nextInt(3) == 0 ? 0 : random.nextLong(50_000_000);
    Framing framing = random.nextBoolean() ? Framing.IP : Framing.ETHERNET;
    Jitter jitter = new Jitter(0, Jitter.Distribution.NORMAL, reorders);
    return new PathShape(latency, jitter, 0, rate(random), framing, limit);
  }

  private static PathShape withRate(PathShape shape, long rate) {
    return new PathShape(
        shape.latencyNanos(), shape.jitter(), 0, rate, shape.framing(), shape.queueLimit());
  }

  private static String describe(EngineFixture.Departure departure) {
    int number = TestPackets.number(departure.packet());
    return departure.planned() + " #" + number + " to " + departure.to();
  }

  private static List<String> expected(ModelPath[] model) {
    record Line(long departure, int number, int to) {}
    List<Line> lines = new ArrayList<>();
    for (int to = 1; to < ENDPOINTS; to++) {
      model[to].runTo(Long.MAX_VALUE);
      for (Packet packet : model[to].done) {
        lines.add(new Line(packet.departure, packet.number, to));
      }
    }
    lines.sort(Comparator.comparingLong(Line::departure).thenComparingInt(Line::number));
    return lines.stream()
        .map(line -> line.departure() + " #" + line.number() + " to " + line.to())
        .toList();
  }
}
