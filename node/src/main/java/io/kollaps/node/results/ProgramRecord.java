package io.kollaps.node.results;

import io.kollaps.runtime.ExitStatus;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * One run of an endpoint's program; an endpoint that joined again has another.
 *
 * @param endpoint name of the endpoint
 * @param startedNanos offset of its start; empty when it never started
 * @param endedNanos offset of its end; empty when it never started or ran until the run was gone
 * @param exitCode exit code, 128 + N when signal N ended it; empty when there is none
 * @param cause why it ended
 * @param detail why it could not be started, may be empty
 */
public record ProgramRecord(
    String endpoint,
    OptionalLong startedNanos,
    OptionalLong endedNanos,
    OptionalInt exitCode,
    Cause cause,
    String detail) {

  /** Why a program ended. */
  public enum Cause {
    /** By itself. */
    ENDED("ended by itself"),
    /** It was asked to leave, by the timeline. */
    LEFT("left"),
    /** It did not leave within its grace and was killed. */
    KILLED_AFTER_GRACE("killed after its grace"),
    /** A crash event. */
    CRASHED("crashed by the timeline"),
    /** The run was over and ended it. */
    RUN_ENDED("ended with the run"),
    /** It could not be started. */
    NOT_STARTED("could not be started"),
    /** What it waits for was not there in time. */
    START_CONDITION_TIMED_OUT("its start condition timed out"),
    /** What it waits for was not there until it left, or until the run was over. */
    STILL_WAITING("never started, its start condition did not hold");

    private final String words;

    Cause(String words) {
      this.words = words;
    }

    /** For people. */
    public String words() {
      return words;
    }

    /** The word in files: {@code ended}, {@code killed-after-grace}, ... */
    public String word() {
      return Words.of(this);
    }

    /** The cause of a program that the runtime saw end. */
    public static Cause of(ExitStatus.Cause cause) {
      return switch (cause) {
        case ENDED -> ENDED;
        case LEFT -> LEFT;
        case KILLED_AFTER_GRACE -> KILLED_AFTER_GRACE;
        case CRASHED -> CRASHED;
      };
    }
  }

  /** True when nobody asked it to end and it says that it failed. */
  public boolean failedByItself() {
    return cause == Cause.ENDED && exitCode.orElse(0) != 0;
  }

  /** True when it should have run and did not. */
  public boolean neverRan() {
    return cause == Cause.NOT_STARTED
        || cause == Cause.START_CONDITION_TIMED_OUT
        || cause == Cause.STILL_WAITING;
  }
}
