package io.kollaps.cluster.capacity;

import java.util.Arrays;

/**
 * A square matrix of longs with {@code get(i, j) == get(j, i)}; each value is held once (thesis,
 * chapter 5.9.5). Rows are packed by the lower triangle, so that a further node only appends.
 * Immutable.
 */
public final class SymmetricMatrix {
  /** Largest size: the packed values still fit an array. */
  public static final int MAX_SIZE = 46_340;

  private final int size;
  private final long[] packed;

  private SymmetricMatrix(int size, long[] packed) {
    this.size = size;
    this.packed = packed;
  }

  /** A value for each place. */
  @FunctionalInterface
  public interface Values {
    /** The value at row {@code i} and column {@code j}, where {@code i >= j}. */
    long at(int i, int j);
  }

  /**
   * Makes a matrix; asks once for each place of the lower triangle.
   *
   * @throws IllegalArgumentException for a negative size or one above {@link #MAX_SIZE}
   */
  public static SymmetricMatrix of(int size, Values values) {
    long[] packed = new long[length(size)];
    int next = 0;
    for (int i = 0; i < size; i++) {
      for (int j = 0; j <= i; j++) {
        packed[next++] = values.at(i, j);
      }
    }
    return new SymmetricMatrix(size, packed);
  }

  /**
   * The matrix that {@link #packed} gave.
   *
   * @throws IllegalArgumentException when the number of values does not fit the size
   */
  public static SymmetricMatrix ofPacked(int size, long[] packed) {
    if (packed.length != length(size)) {
      throw new IllegalArgumentException(
          "a symmetric matrix of size "
              + size
              + " has "
              + length(size)
              + " values, not "
              + packed.length);
    }
    return new SymmetricMatrix(size, packed.clone());
  }

  private static int length(int size) {
    if (size < 0 || size > MAX_SIZE) {
      throw new IllegalArgumentException(
          "a symmetric matrix has 0 to " + MAX_SIZE + " rows, not " + size);
    }
    return (int) ((long) size * (size + 1) / 2);
  }

  /** Number of rows. */
  public int size() {
    return size;
  }

  /**
   * The value of a pair, in either order.
   *
   * @throws IndexOutOfBoundsException when there is no such row or column
   */
  public long get(int i, int j) {
    if (i < 0 || j < 0 || i >= size || j >= size) {
      throw new IndexOutOfBoundsException("(" + i + ", " + j + ") of a matrix of size " + size);
    }
    int row = Math.max(i, j);
    return packed[row * (row + 1) / 2 + Math.min(i, j)];
  }

  /**
   * This matrix with one row more.
   *
   * @param row its values, the last one for the diagonal
   * @throws IllegalArgumentException when the row has not {@code size() + 1} values
   */
  public SymmetricMatrix grown(long[] row) {
    if (row.length != size + 1) {
      throw new IllegalArgumentException(
          "the next row has " + (size + 1) + " values, not " + row.length);
    }
    long[] more = Arrays.copyOf(packed, length(size + 1));
    System.arraycopy(row, 0, more, packed.length, row.length);
    return new SymmetricMatrix(size + 1, more);
  }

  /**
   * This matrix without a row and its column.
   *
   * @throws IndexOutOfBoundsException when there is no such row
   */
  public SymmetricMatrix without(int index) {
    if (index < 0 || index >= size) {
      throw new IndexOutOfBoundsException(index + " of a matrix of size " + size);
    }
    return of(size - 1, (i, j) -> get(i < index ? i : i + 1, j < index ? j : j + 1));
  }

  /** The lower triangle by rows, diagonal included: what goes over the wire. */
  public long[] packed() {
    return packed.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SymmetricMatrix matrix && Arrays.equals(packed, matrix.packed);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(packed);
  }

  @Override
  public String toString() {
    return "SymmetricMatrix of size " + size;
  }
}
