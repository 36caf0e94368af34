package io.kollaps.fabric.kernel;

import io.kollaps.fabric.FabricException;
import io.kollaps.linux.LinuxException;
import java.util.ArrayList;
import java.util.List;

/** Finds out what this machine lacks for the kernel fabric, by really making its objects. */
public final class KernelProbe {
  private final List<Missing> missing = new ArrayList<>();
  private final Step.Gate gate;
  private Step current = Step.NAMESPACE;

  private KernelProbe(Step.Gate gate) {
    this.gate = gate;
  }

  /**
   * A piece that is missing.
   *
   * @param piece its name: {@code namespace}, {@code bpf}, {@code bpf-programs}, {@code veth},
   *     {@code sch_fq}, {@code clsact}
   * @param detail what the kernel said, and what to do about it
   */
  public record Missing(String piece, String detail) {}

  /**
   * Makes the objects of a fabric for two endpoints in a namespace that is gone afterwards.
   *
   * @return what is missing; empty when the fabric can run here. What needs a missing piece is not
   *     tried
   */
  public static List<Missing> missing() {
    return missing(Step.Gate.OPEN);
  }

  static List<Missing> missing(Step.Gate gate) {
    KernelProbe probe = new KernelProbe(gate);
    probe.attempt(probe::probeNamespace);
    return List.copyOf(probe.missing);
  }

  @FunctionalInterface
  private interface Attempt {
    void run() throws FabricException;
  }

  private void attempt(Attempt attempt) {
    try {
      attempt.run();
    } catch (FabricException e) {
      missing.add(new Missing(current.piece(), String.valueOf(e.getMessage())));
    }
  }

  private void pass(Step step) throws LinuxException {
    current = step;
    gate.before(step);
  }

  private void probeNamespace() throws FabricException {
    try (FabricNamespace namespace = FabricNamespace.create(this::pass)) {
      namespace.makePair();
      // these do not need one another: all that is missing is told at once
      attempt(() -> namespace.addQueue(KernelFabricOptions.DEFAULT.mostPackets()));
      attempt(() -> probePrograms(namespace));
    }
  }

  private void probePrograms(FabricNamespace namespace) throws FabricException {
    try (Programs programs = Programs.load(2, false, this::pass)) {
      namespace.addDelivery(programs.deliver());
    }
  }
}
