package io.kollaps.node.doctor;

import io.kollaps.node.prerequisites.ProgramOutcome;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What checks ask of the machine besides the kernel's objects. */
interface Machine {
  /** Text of a file, its first 256 KiB; empty when it cannot be read. */
  Optional<String> read(String path);

  /** True when there is something at the path. */
  boolean exists(String path);

  /** True when this process may read and write the file. */
  boolean accessible(String path);

  /** A variable of this process' environment. */
  Optional<String> environment(String name);

  /** Path of a program on this process' PATH or in the usual folders for programs. */
  Optional<String> program(String name);

  /** Number of processors that this process may use. */
  int processors();

  /** Runs a program to its end, or kills it after the limit. */
  ProgramOutcome run(List<String> command, Duration limit);

  /** Waits. */
  void pause(Duration time) throws InterruptedException;
}
