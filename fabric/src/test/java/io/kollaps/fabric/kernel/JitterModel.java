package io.kollaps.fabric.kernel;

import io.kollaps.topology.Jitter.Distribution;
import java.math.BigInteger;

/**
 * The draws of jitter, computed another way: in whole numbers of any size, by the formulas of the
 * literature (SplitMix64; the central limit of twelve uniform numbers).
 */
final class JitterModel {
  private static final BigInteger WORD = BigInteger.ONE.shiftLeft(64);
  private static final BigInteger GAMMA = new BigInteger("9e3779b97f4a7c15", 16);
  private static final BigInteger FIRST = new BigInteger("bf58476d1ce4e5b9", 16);
  private static final BigInteger SECOND = new BigInteger("94d049bb133111eb", 16);

  private JitterModel() {}

  private static BigInteger unsigned(long value) {
    return BigInteger.valueOf(value).mod(WORD);
  }

  private static BigInteger output(long state, int draw) {
    BigInteger z = unsigned(state).add(GAMMA.multiply(BigInteger.valueOf(draw))).mod(WORD);
    z = z.xor(z.shiftRight(30)).multiply(FIRST).mod(WORD);
    z = z.xor(z.shiftRight(27)).multiply(SECOND).mod(WORD);
    return z.xor(z.shiftRight(31));
  }

  /** Sum of twelve 16-bit numbers less its mean, times the deviation, over 65536, rounded down. */
  static long normal(long state, long deviation) {
    BigInteger sum = BigInteger.ZERO;
    for (int draw = 0; draw < 3; draw++) {
      BigInteger word = output(state, draw);
      for (int part = 0; part < 4; part++) {
        sum = sum.add(word.shiftRight(16 * part).and(BigInteger.valueOf(0xffff)));
      }
    }
    BigInteger centred = sum.subtract(BigInteger.valueOf(393_210));
    return centred.multiply(BigInteger.valueOf(deviation)).shiftRight(16).longValueExact();
  }

  /** The upper 24 bits as a number in [-1, 1), times the amplitude, rounded down. */
  static long uniform(long state, long amplitude) {
    BigInteger upper = output(state, 0).shiftRight(40).subtract(BigInteger.ONE.shiftLeft(23));
    return upper.multiply(BigInteger.valueOf(amplitude)).shiftRight(23).longValueExact();
  }

  /** The state behind a draw. */
  static long after(long state, Distribution distribution) {
    int draws = distribution == Distribution.NORMAL ? 3 : 1;
    return unsigned(state).add(GAMMA.multiply(BigInteger.valueOf(draws))).longValue();
  }
}
