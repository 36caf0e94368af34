package io.kollaps.linux.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where groups with limits can be made on this machine: for each controller the folder below which
 * to make them, and the version of its files.
 *
 * <p>Version 1: below the group of this process, so that limits around it keep counting. Version 2:
 * below the group of this process when that passes controllers on, else below the top of the
 * mounted hierarchy, since a group with processes in it cannot pass controllers on. The hybrid
 * layout, where version 2 is mounted beside version 1 without controllers, ends in version 1.
 */
public final class ControlGroups {

  /** What is limited. */
  public enum Controller {
    /** Processor time. */
    CPU("cpu"),
    /** Memory. */
    MEMORY("memory");

    private final String word;

    Controller(String word) {
      this.word = word;
    }

    /** Name in cgroup files. */
    public String word() {
      return word;
    }
  }

  /**
   * Where a controller's groups are made.
   *
   * @param parent folder of the group below which they are made
   * @param version 1 or 2
   */
  public record Place(Path parent, int version) {}

  private final Map<Controller, Place> places;
  private final Map<Controller, String> missing;

  private ControlGroups(Map<Controller, Place> places, Map<Controller, String> missing) {
    this.places = places;
    this.missing = missing;
  }

  /**
   * Finds them for this process. Nothing is made or changed, except that version 2 controllers are
   * passed on to the groups below where they are not yet.
   *
   * @throws IOException when /proc cannot be read
   */
  public static ControlGroups detect() throws IOException {
    return detect(MountPoint.all(), Files.readAllLines(Path.of("/proc/self/cgroup")));
  }

  /** As {@link #detect()}, from given contents of mountinfo and of {@code /proc/self/cgroup}. */
  static ControlGroups detect(List<MountPoint> mounts, List<String> ownGroups) {
    Map<Controller, Place> places = new EnumMap<>(Controller.class);
    Map<Controller, String> missing = new EnumMap<>(Controller.class);
    Map<String, String> own = ownPaths(ownGroups);
    for (Controller controller : Controller.values()) {
      List<String> reasons = new ArrayList<>();
      Optional<Place> place = version1(controller, mounts, own, reasons);
      if (place.isEmpty()) {
        place = version2(controller, mounts, own, reasons);
      }
      if (place.isPresent()) {
        places.put(controller, place.get());
      } else {
        missing.put(
            controller,
            reasons.isEmpty()
                ? "no control group hierarchy with the controller "
                    + controller.word()
                    + " is mounted"
                : String.join("; ", reasons));
      }
    }
    return new ControlGroups(places, missing);
  }

  /** Where groups of a controller can be made; empty when nowhere. */
  public Optional<Place> place(Controller controller) {
    return Optional.ofNullable(places.get(controller));
  }

  /** Why groups of a controller can be made nowhere; empty text when they can. */
  public String reason(Controller controller) {
    return missing.getOrDefault(controller, "");
  }

  private static Optional<Place> version1(
      Controller controller,
      List<MountPoint> mounts,
      Map<String, String> own,
      List<String> reasons) {
    for (MountPoint mount : mounts) {
      if (mount.type().equals("cgroup") && mount.options().contains(controller.word())) {
        Path parent = below(mount, own.getOrDefault(controller.word(), "/"));
        if (Files.isWritable(parent)) {
          return Optional.of(new Place(parent, 1));
        }
        reasons.add(parent + " is not writable");
      }
    }
    return Optional.empty();
  }

  private static Optional<Place> version2(
      Controller controller,
      List<MountPoint> mounts,
      Map<String, String> own,
      List<String> reasons) {
    for (MountPoint mount : mounts) {
      if (!mount.type().equals("cgroup2")) {
        continue;
      }
      for (Path parent : List.of(below(mount, own.getOrDefault("", "/")), mount.path())) {
        Optional<String> reason = passOn(controller, parent);
        if (reason.isEmpty()) {
          return Optional.of(new Place(parent, 2));
        }
        reasons.add(reason.get());
      }
    }
    return Optional.empty();
  }

  /** Sees to it that groups below a version 2 group have the controller; else says why not. */
  private static Optional<String> passOn(Controller controller, Path parent) {
    Path control = parent.resolve("cgroup.subtree_control");
    try {
      if (!words(parent.resolve("cgroup.controllers")).contains(controller.word())) {
        return Optional.of(parent + " does not have the controller " + controller.word());
      }
      if (!Files.isWritable(parent)) {
        return Optional.of(parent + " is not writable");
      }
      if (!words(control).contains(controller.word())) {
        Files.writeString(control, "+" + controller.word());
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(control + ": " + e.getMessage());
    }
  }

  private static List<String> words(Path file) throws IOException {
    return List.of(Files.readString(file).strip().split("\\s+"));
  }

  /** Own group per controller; the one of version 2 under the empty text. */
  private static Map<String, String> ownPaths(List<String> lines) {
    Map<String, String> paths = new HashMap<>();
    for (String line : lines) {
      String[] fields = line.split(":", 3);
      if (fields.length == 3) {
        for (String controller : fields[1].split(",", -1)) {
          paths.put(controller, fields[2]);
        }
      }
    }
    return paths;
  }

  /**
   * The folder of a group given by its path in the hierarchy; the mount's top when the mount does
   * not show it (a container that sees a part only, a group above a namespace's).
   */
  private static Path below(MountPoint mount, String group) {
    Path root = Path.of(mount.root());
    Path wanted = Path.of(group).normalize();
    if (group.contains("..") || !wanted.startsWith(root)) {
      return mount.path();
    }
    Path folder = mount.path().resolve(root.relativize(wanted)).normalize();
    return Files.isDirectory(folder) ? folder : mount.path();
  }
}
