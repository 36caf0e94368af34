package io.kollaps.fabric.userspace;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Takes many devices away at once. For each the kernel waits until nobody on any processor uses it
 * any more, some ten milliseconds of waiting without work; one after the other, a thousand would
 * take half a minute.
 */
final class DeviceRemoval {
  /** Devices that are taken away at a time. */
  static final int AT_A_TIME = 64;

  /** Longest wait for all; what is left then goes on by itself. */
  static final long MAX_SECONDS = 60;

  private DeviceRemoval() {}

  /** Closes them, and returns when all are gone. */
  static void closeAll(List<Device> devices) {
    if (devices.isEmpty()) {
      return;
    }
    ExecutorService closers =
        Executors.newFixedThreadPool(
            Math.min(AT_A_TIME, devices.size()),
            Thread.ofPlatform().name("device-removal-", 0).daemon().factory());
    devices.forEach(device -> closers.execute(device::close));
    closers.shutdown();
    try {
      closers.awaitTermination(MAX_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      // the threads go on: a device that is left half closed would stay
      Thread.currentThread().interrupt();
    }
  }
}
