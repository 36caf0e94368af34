package io.kollaps.linux.ownership;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/**
 * A live run's folder, lock and journal. While it is open no sweep touches the run; when the
 * process ends without closing it, the next sweep removes what the journal lists.
 */
public final class RunOwnership implements AutoCloseable {
  private final StateFolder state;
  private final RunId run;
  private final Path folder;
  private final RunLock lock;
  private final Journal journal;

  private RunOwnership(StateFolder state, RunId run, Path folder, RunLock lock, Journal journal) {
    this.state = state;
    this.run = run;
    this.folder = folder;
    this.lock = lock;
    this.journal = journal;
  }

  /**
   * Begins a run: makes its folder, takes its lock, opens its journal.
   *
   * @throws IOException when it cannot be made, or a run of this id is there
   */
  public static RunOwnership begin(StateFolder state, RunId run) throws IOException {
    return state.exclusively(
        () -> {
          Path folder = state.folderOf(run);
          Files.createDirectory(
              folder,
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
          RunLock lock =
              RunLock.tryTake(folder)
                  .orElseThrow(() -> new IOException("lock of the new run " + run + " is held"));
          try {
            return new RunOwnership(state, run, folder, lock, Journal.create(folder));
          } catch (IOException e) {
            lock.close();
            throw e;
          }
        });
  }

  /** Its id. */
  public RunId run() {
    return run;
  }

  /** Its folder; what is in it is removed with it. */
  public Path folder() {
    return folder;
  }

  /** Environment variables that every process of the run gets, so that a sweep finds it. */
  public Map<String, String> marks() {
    return Map.of(
        OwnedResource.RUN_VARIABLE, run.value(), OwnedResource.FOLDER_VARIABLE, folder.toString());
  }

  /** Name of the control group for all that the run limits. */
  public String groupName() {
    return OwnedResource.groupName(run, folder);
  }

  /** Where every resource is noted before it is made. */
  public Journal journal() {
    return journal;
  }

  /**
   * Ends the run: sweeps what it still owns, as after a sudden end, and removes its folder.
   *
   * @return what was still there, and what could not be removed; a run that cleaned up after itself
   *     removes its folder only
   * @throws IOException when the state folder cannot be used
   */
  public SweptRun end() throws IOException {
    journal.close();
    return new RunSweeper(state, run, folder, lock).sweep();
  }

  /**
   * As {@link #end}.
   *
   * @throws IOException also when something could not be removed
   */
  @Override
  public void close() throws IOException {
    SweptRun swept = end();
    if (!swept.remaining().isEmpty()) {
      throw new IOException("run " + run + " left behind: " + String.join("; ", swept.remaining()));
    }
  }
}
