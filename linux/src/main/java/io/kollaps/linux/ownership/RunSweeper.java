package io.kollaps.linux.ownership;

import io.kollaps.linux.cgroup.ControlGroupRemover;
import io.kollaps.linux.cgroup.MountPoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Removes what one run left; holds the run's lock while it works. */
final class RunSweeper {
  private static final long UNMOUNT_SECONDS = 10;

  private final StateFolder state;
  private final RunId run;
  private final Path folder;
  private final RunLock lock;
  private final List<String> removed = new ArrayList<>();
  private final List<String> remaining = new ArrayList<>();
  private final List<String> remarks = new ArrayList<>();

  RunSweeper(StateFolder state, RunId run, Path folder, RunLock lock) {
    this.state = state;
    this.run = run;
    this.folder = folder;
    this.lock = lock;
  }

  /** Sweeps, and lets the lock go. What cannot be removed is reported, never thrown. */
  SweptRun sweep() throws IOException {
    try (lock) {
      try {
        removeAll();
      } catch (IOException e) {
        remaining.add("folder " + folder + ": " + e);
      }
    }
    return new SweptRun(run, removed, remaining, remarks);
  }

  private void removeAll() throws IOException {
    Journal.Contents journal = Journal.read(folder);
    remarks.addAll(journal.broken());
    new RunProcesses(run, folder).killAll(removed, remaining);
    List<MountPoint> mounts = MountPoint.all();
    unmountBelow(mounts);
    for (OwnedResource resource : journal.owned()) {
      switch (resource) {
        case OwnedResource.ControlGroup group -> removeGroup(group.path(), mounts);
        case OwnedResource.Folder inner -> requireInside(inner.path());
        case OwnedResource.OwnedFile file -> requireInside(file.path());
        case OwnedResource.Mount mount -> requireInside(mount.path());
        case OwnedResource.ProcessMarker marker -> requireOwnMarker(marker);
        case OwnedResource.Other other ->
            remaining.add(
                other.kind() + " " + other.name() + ": this version does not know the kind");
      }
    }
    if (remaining.isEmpty()) {
      removeFolder();
    }
  }

  private void removeGroup(Path group, List<MountPoint> mounts) {
    boolean expected =
        group.isAbsolute()
            && group.equals(group.normalize())
            && mounts.stream()
                .filter(mount -> mount.type().startsWith("cgroup"))
                .anyMatch(mount -> isRunGroup(mount.path(), group));
    if (!expected) {
      remarks.add("cgroup " + group + ": not a group of this run, not touched");
      return;
    }
    boolean there = Files.exists(group, LinkOption.NOFOLLOW_LINKS);
    Optional<String> failure = ControlGroupRemover.remove(group);
    if (failure.isPresent()) {
      remaining.add("cgroup " + group + ": " + failure.get());
    } else if (there) {
      removed.add("cgroup " + group);
    }
  }

  /** True when one of the folders between the mount and the group's end is the run's own group. */
  private boolean isRunGroup(Path mount, Path group) {
    if (!group.startsWith(mount)) {
      return false;
    }
    for (Path name : mount.relativize(group)) {
      if (name.toString().equals(OwnedResource.groupName(run, folder))) {
        return true;
      }
    }
    return false;
  }

  private void unmountBelow(List<MountPoint> mounts) throws IOException {
    for (MountPoint mount : mounts.reversed()) {
      if (!mount.path().startsWith(folder) || mount.path().equals(folder)) {
        continue;
      }
      Optional<String> failure = unmount(mount.path());
      if (failure.isPresent()) {
        remaining.add("mount " + mount.path() + ": " + failure.get());
      } else {
        removed.add("mount " + mount.path());
      }
    }
  }

  private static Optional<String> unmount(Path path) throws IOException {
    Process umount =
        new ProcessBuilder("umount", "--no-canonicalize", "--", path.toString())
            .redirectErrorStream(true)
            .start();
    umount.getOutputStream().close();
    try {
      if (!umount.waitFor(UNMOUNT_SECONDS, TimeUnit.SECONDS)) {
        umount.destroyForcibly();
        return Optional.of("umount does not end within " + UNMOUNT_SECONDS + " s");
      }
    } catch (InterruptedException e) {
      umount.destroyForcibly();
      Thread.currentThread().interrupt();
      return Optional.of("interrupted");
    }
    String output =
        new String(umount.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    return umount.exitValue() == 0 ? Optional.empty() : Optional.of(output);
  }

  /** What is inside the run's folder goes with it; anything else is nobody's to remove here. */
  private void requireInside(Path path) {
    if (!path.isAbsolute() || !path.normalize().startsWith(folder)) {
      remarks.add(path + ": not below the run's folder, not touched");
    }
  }

  private void requireOwnMarker(OwnedResource.ProcessMarker marker) {
    if (!marker.value().equals(run.value())) {
      remarks.add("processes of run " + marker.value() + ": not this run, not touched");
    }
  }

  /**
   * Removes the folder: the journal last of its contents, so that a sweep that is killed half-way
   * leaves the next one what it needs; then, apart from all others, the lock and the folder.
   */
  private void removeFolder() throws IOException {
    TreeRemover.removeContentsExcept(folder, List.of(Journal.NAME, RunLock.NAME));
    state.exclusively(
        () -> {
          try {
            TreeRemover.removeContentsExcept(folder, List.of(RunLock.NAME));
            Files.deleteIfExists(folder.resolve(RunLock.NAME));
            Files.deleteIfExists(folder);
            removed.add("folder " + folder);
          } catch (NoSuchFileException e) {
            remarks.add("folder " + folder + ": already gone");
          }
          return true;
        });
  }
}
