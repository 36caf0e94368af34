package io.kollaps.node.run;

import com.sun.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.OptionalLong;

/** How long this JVM's garbage collection stopped all threads. */
final class GcPauses {
  private static final long NANOS_PER_MILLI = 1_000_000L;

  private GcPauses() {}

  /**
   * Longest of the last pauses of each collector, in whole milliseconds as the JVM tells them;
   * empty when there was none.
   */
  static OptionalLong maxNanos() {
    return ManagementFactory.getPlatformMXBeans(GarbageCollectorMXBean.class).stream()
        .filter(bean -> bean.getName().contains("Pauses") || !bean.getName().startsWith("ZGC"))
        .map(GarbageCollectorMXBean::getLastGcInfo)
        .filter(java.util.Objects::nonNull)
        .mapToLong(info -> info.getDuration() * NANOS_PER_MILLI)
        .max();
  }
}
