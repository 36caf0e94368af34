package io.kollaps.emulation;

/** A simulated sender: how many bits it puts into its path's queue in a step of a millisecond. */
interface Sender {
  double STEP_SECONDS = 0.001;

  /**
   * One step.
   *
   * @param seconds time since the sender began
   * @param delivered rate that the receiver got a round trip ago
   * @param queueSeconds waiting time in the path's queue a round trip ago
   * @param lost true when bits were lost a round trip ago
   * @return bits
   */
  double bits(double seconds, double delivered, double queueSeconds, boolean lost);

  /** Sends at a constant rate in whole packets of 1500 bytes. */
  final class Constant implements Sender {
    private final double rate;
    private double saved;

    Constant(double rate) {
      this.rate = rate;
    }

    @Override
    public double bits(double seconds, double delivered, double queueSeconds, boolean lost) {
      saved += rate * STEP_SECONDS;
      double packets = Math.floor(saved / 12_000) * 12_000;
      saved -= packets;
      return packets;
    }
  }

  /** Sends at a rate that swings around a mean, in whole packets of 1500 bytes. */
  final class Swinging implements Sender {
    private final double mean;
    private final double swing;
    private final double cycleSeconds;
    private double saved;

    Swinging(double mean, double swing, double cycleSeconds) {
      this.mean = mean;
      this.swing = swing;
      this.cycleSeconds = cycleSeconds;
    }

    @Override
    public double bits(double seconds, double delivered, double queueSeconds, boolean lost) {
      double rate = mean + swing * Math.sin(2 * Math.PI * seconds / cycleSeconds);
      saved += rate * STEP_SECONDS;
      double packets = Math.floor(saved / 12_000) * 12_000;
      saved -= packets;
      return packets;
    }
  }

  /** Sends at a rate for a time, then nothing for a time, again and again. */
  record OnOff(double rate, double onSeconds, double offSeconds) implements Sender {
    @Override
    public double bits(double seconds, double delivered, double queueSeconds, boolean lost) {
      return seconds % (onSeconds + offSeconds) < onSeconds ? rate * STEP_SECONDS : 0;
    }
  }

  /** A window that doubles each round trip until a loss, then grows by the cube (RFC 9438). */
  final class Cubic implements Sender {
    private static final double PACKET = 12_000;
    private final double roundTrip;
    private double window = 10 * PACKET;
    private double largest;
    private double lossAt = -1;

    Cubic(double roundTrip) {
      this.roundTrip = Math.max(0.001, roundTrip);
    }

    @Override
    public double bits(double seconds, double delivered, double queueSeconds, boolean lost) {
      double rtt = roundTrip + queueSeconds;
      if (lost && seconds - lossAt > rtt) {
        largest = window;
        window = Math.max(2 * PACKET, window * 0.7);
        lossAt = seconds;
      } else if (lossAt < 0) {
        window *= Math.pow(2, STEP_SECONDS / rtt);
      } else {
        double k = Math.cbrt(largest / PACKET * 0.3 / 0.4);
        double target = 0.4 * Math.pow(seconds - lossAt - k, 3) + largest / PACKET;
        window = Math.max(window, Math.min(target * PACKET, window * (1 + STEP_SECONDS / rtt)));
      }
      return window / rtt * STEP_SECONDS;
    }
  }

  /** Paces at the largest rate delivered lately, probing up and draining, with silences (BBRv1). */
  final class Bbr implements Sender {
    private static final double[] GAINS = {1.25, 0.75, 1, 1, 1, 1, 1, 1};
    private final double roundTrip;
    private final double[] best = new double[10];
    private double estimate;
    private boolean startup = true;
    private double roundBegan;
    private double before;
    private int stalled;
    private int round;

    Bbr(double roundTrip) {
      this.roundTrip = Math.max(0.001, roundTrip);
      estimate = 120_000 / this.roundTrip;
    }

    @Override
    public double bits(double seconds, double delivered, double queueSeconds, boolean lost) {
      best[round % best.length] = Math.max(best[round % best.length], delivered);
      if (seconds - roundBegan >= roundTrip) {
        newRound(seconds);
      }
      if (seconds % 10 >= 9.8) {
        // Four packets a round trip, sent together.
        return seconds - roundBegan < STEP_SECONDS / 2 ? 48_000 : 0;
      }
      double gain = startup ? 2.77 : GAINS[round % GAINS.length];
      // At most two bandwidth-delay products under way.
      double cap = queueSeconds > roundTrip ? 0.5 : 1;
      return estimate * gain * cap * STEP_SECONDS;
    }

    private void newRound(double seconds) {
      roundBegan = seconds;
      double largest = 0;
      for (double one : best) {
        largest = Math.max(largest, one);
      }
      if (startup) {
        stalled = largest < before * 1.25 && largest > 0 ? stalled + 1 : 0;
        before = Math.max(before, largest);
        startup = stalled < 3;
      }
      estimate = Math.max(largest, startup ? estimate : 48_000 / roundTrip);
      round++;
      best[round % best.length] = 0;
    }
  }
}
