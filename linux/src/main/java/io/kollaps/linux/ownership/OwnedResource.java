package io.kollaps.linux.ownership;

import java.nio.file.Path;
import java.util.regex.Pattern;

/** Something that a run makes and that could outlive it. */
public sealed interface OwnedResource {

  /**
   * A control group; its groups and processes inside belong to it.
   *
   * @param path below a mounted cgroup file system, with {@link #groupName} of the run in it
   */
  record ControlGroup(Path path) implements OwnedResource {}

  /**
   * A folder with all that is in it.
   *
   * @param path below the run's folder
   */
  record Folder(Path path) implements OwnedResource {}

  /**
   * A file.
   *
   * @param path below the run's folder
   */
  record OwnedFile(Path path) implements OwnedResource {}

  /**
   * A mount.
   *
   * @param path mount point, below the run's folder
   */
  record Mount(Path path) implements OwnedResource {}

  /**
   * Processes that carry {@code KOLLAPS_RUN=value} and the run's folder in their environment.
   *
   * @param value the run's id
   */
  record ProcessMarker(String value) implements OwnedResource {}

  /**
   * What a sweep of this version does not know how to remove: it is reported and left alone.
   *
   * @param kind a word
   * @param name what tells it apart
   */
  record Other(String kind, String name) implements OwnedResource {}

  /** Environment variable that marks every program of a run. */
  String RUN_VARIABLE = "KOLLAPS_RUN";

  /**
   * Environment variable with the run's folder, on every program of a run: several nodes on one
   * machine have parts of one run, each with a folder of its own, and no part ends another's.
   */
  String FOLDER_VARIABLE = "KOLLAPS_RUN_FOLDER";

  /** Name of the control group of a run's part: {@code kollaps-RUN-} and a hash of its folder. */
  static String groupName(RunId run, Path runFolder) {
    return "kollaps-%s-%08x".formatted(run, runFolder.toString().hashCode());
  }

  /** The word that stands for the kind in the journal and in reports. */
  default String kindWord() {
    return switch (this) {
      case ControlGroup _ -> "cgroup";
      case Folder _ -> "folder";
      case OwnedFile _ -> "file";
      case Mount _ -> "mount";
      case ProcessMarker _ -> "processes";
      case Other other -> other.kind();
    };
  }

  /** What tells it apart from others of its kind. */
  default String identity() {
    return switch (this) {
      case ControlGroup group -> group.path().toString();
      case Folder folder -> folder.path().toString();
      case OwnedFile file -> file.path().toString();
      case Mount mount -> mount.path().toString();
      case ProcessMarker marker -> marker.value();
      case Other other -> other.name();
    };
  }

  /** Reads it back from its two words. */
  static OwnedResource of(String kind, String identity) {
    return switch (kind) {
      case "cgroup" -> new ControlGroup(Path.of(identity));
      case "folder" -> new Folder(Path.of(identity));
      case "file" -> new OwnedFile(Path.of(identity));
      case "mount" -> new Mount(Path.of(identity));
      case "processes" -> new ProcessMarker(identity);
      default -> new Other(kind, identity);
    };
  }

  /** True for a word that can stand for a kind. */
  static boolean isKindWord(String word) {
    return Pattern.matches("[a-z][a-z-]{0,30}", word);
  }
}
