package io.kollaps.cluster.capacity;

import io.kollaps.cluster.NodeId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A vertex of the dendrogram: a node at the bottom, or a level above at least two others. */
final class Vertex {
  /** Pairs that are kept as the basis of a level; what they measured stays in the mean. */
  static final int MAX_BASIS = 8;

  private final @Nullable NodeProfile node;
  private final long number;
  private final List<Vertex> children = new ArrayList<>();
  private final List<NodePair> basis = new ArrayList<>();
  private @Nullable Vertex parent;
  private double mean;
  private int samples;
  private Span span = Span.exact(0);
  private boolean asymmetric;
  private long sampledAtNanos;

  private Vertex(@Nullable NodeProfile node, long number) {
    this.node = node;
    this.number = number;
  }

  static Vertex leaf(NodeProfile node, long placedAtNanos) {
    Vertex leaf = new Vertex(node, 0);
    leaf.sampledAtNanos = placedAtNanos;
    return leaf;
  }

  /** A new level; its number is its identity. */
  static Vertex level(Sample sample, long number) {
    Vertex level = new Vertex(null, number);
    level.span = sample.span();
    level.add(sample);
    return level;
  }

  /** A level as it was saved. */
  static Vertex restored(Level saved) {
    Vertex level = new Vertex(null, saved.id());
    level.mean = saved.meanBitsPerSecond();
    level.samples = saved.samples();
    level.span = new Span(saved.lowBitsPerSecond(), saved.highBitsPerSecond());
    level.asymmetric = saved.asymmetric();
    level.sampledAtNanos = saved.sampledAtNanos();
    level.basis.addAll(saved.basis());
    return level;
  }

  /**
   * Takes a further sample: the mean is the estimate, the span of all samples is what new ones are
   * compared with. Comparing with the mean alone would call equal what is not; placing by the span
   * would let levels chain into one another.
   */
  void add(Sample sample) {
    samples++;
    mean += (sample.bitsPerSecond() - mean) / samples;
    span = span.and(sample.span());
    asymmetric |= sample.asymmetric();
    sampledAtNanos = Math.max(sampledAtNanos, sample.atNanos());
    basis.remove(sample.pair());
    if (basis.size() == MAX_BASIS) {
      basis.removeFirst();
    }
    basis.add(sample.pair());
  }

  /** Identity of a level. */
  long number() {
    return number;
  }

  boolean isLeaf() {
    return node != null;
  }

  /** The node of a leaf. */
  NodeProfile node() {
    if (node == null) {
      throw new IllegalStateException("a level is no node");
    }
    return node;
  }

  NodeId id() {
    return node().id();
  }

  /** Estimate of the level; no limit for a leaf. */
  double bitsPerSecond() {
    return isLeaf() ? Double.POSITIVE_INFINITY : mean;
  }

  Span span() {
    return span;
  }

  int samples() {
    return samples;
  }

  boolean asymmetric() {
    return asymmetric;
  }

  /** When the last sample was taken; for a leaf, when its place was found. */
  long sampledAtNanos() {
    return sampledAtNanos;
  }

  List<NodePair> basis() {
    return basis;
  }

  List<Vertex> children() {
    return children;
  }

  @Nullable Vertex parent() {
    return parent;
  }

  void adopt(Vertex child) {
    child.parent = this;
    children.add(child);
  }

  /** Puts another vertex in a child's place; the child has no parent then. */
  void replace(Vertex child, Vertex by) {
    children.set(children.indexOf(child), by);
    by.parent = this;
    child.parent = null;
  }

  void release(Vertex child) {
    children.remove(child);
    child.parent = null;
  }
}
