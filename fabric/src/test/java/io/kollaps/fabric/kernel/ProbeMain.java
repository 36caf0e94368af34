package io.kollaps.fabric.kernel;

/** Prints what is missing, for a process with fewer rights. */
final class ProbeMain {
  private ProbeMain() {}

  public static void main(String[] arguments) {
    KernelProbe.missing().forEach(m -> System.out.println(m.piece() + ": " + m.detail()));
  }
}
