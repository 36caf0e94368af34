package io.kollaps.runtime.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The files in the run's folder that endpoints see or start by. */
final class InsideFiles {
  /** Name that the sweep looks for in the arguments of processes. */
  private static final String INIT_NAME = "init";

  private static final Path HOSTS = Path.of("/etc/hosts");
  private static final Path RESOLVER = Path.of("/etc/resolv.conf");
  private static final Path NAME_SWITCH = Path.of("/etc/nsswitch.conf");
  private static final Path NAME_CACHE = Path.of("/var/run/nscd");
  private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
  private static final String PSEUDO = " nosuid,nodev,noexec 0 0";
  private static final String BIND = " none bind 0 0";

  private final Path folder;
  private final boolean withSysfs;
  private final Map<Path, Path> mountTables = new HashMap<>();

  private InsideFiles(Path folder, boolean withSysfs) {
    this.folder = folder;
    this.withSysfs = withSysfs;
  }

  /**
   * Writes the files that are the same for all endpoints.
   *
   * @param runFolder the run's folder
   * @param withSysfs true to mount /sys anew, so that /sys/class/net shows the endpoint's devices
   */
  static InsideFiles write(Path runFolder, boolean withSysfs) throws IOException {
    InsideFiles files = new InsideFiles(runFolder, withSysfs);
    Files.createDirectories(files.endpoints());
    Files.createDirectories(files.cgroupShelter());
    try (InputStream script = InsideFiles.class.getResourceAsStream("init.sh")) {
      if (script == null) {
        throw new IOException("init.sh is missing in the runtime's jar; build it again");
      }
      Files.write(files.init(), script.readAllBytes());
    }
    Files.writeString(
        runFolder.resolve("resolv.conf"),
        """
        # Nothing outside of the experiment is asked; a name server may run in the endpoint.
        options timeout:1 attempts:1
        """);
    if (Files.exists(NAME_SWITCH)) {
      Files.write(runFolder.resolve("nsswitch.conf"), nameSwitch(Files.readAllLines(NAME_SWITCH)));
    }
    return files;
  }

  /** The machine's configuration, but host names come from /etc/hosts and DNS alone. */
  static List<String> nameSwitch(List<String> lines) {
    List<String> result = new ArrayList<>();
    for (String line : lines) {
      if (!line.stripLeading().startsWith("hosts:")) {
        result.add(line);
      }
    }
    result.add("hosts: files dns");
    return result;
  }

  /** The init script. */
  Path init() {
    return folder.resolve(INIT_NAME);
  }

  /** Folder of the endpoints' small files. */
  Path endpoints() {
    return folder.resolve("endpoints");
  }

  /** Where the mounted control groups stand aside while /sys is mounted anew. */
  private Path cgroupShelter() {
    return folder.resolve("cgroup");
  }

  /** The list of mounts for endpoints with this hosts file. */
  synchronized Path mountTable(Path hostsFile) throws IOException {
    try {
      return mountTables.computeIfAbsent(
          hostsFile.toAbsolutePath().normalize(),
          hosts -> {
            Path table = folder.resolve("mounts-" + mountTables.size());
            try {
              Files.write(table, mounts(hosts));
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
            return table;
          });
    } catch (UncheckedIOException e) {
      throw new IOException("cannot write the list of mounts in " + folder, e);
    }
  }

  private List<String> mounts(Path hosts) {
    List<String> mounts = new ArrayList<>();
    mounts.add(escape(hosts) + " " + HOSTS + BIND);
    // binding goes to where a symbolic link leads, so there must be something
    if (Files.exists(RESOLVER)) {
      mounts.add(escape(folder.resolve("resolv.conf")) + " " + RESOLVER + BIND);
    }
    if (Files.exists(NAME_SWITCH)) {
      mounts.add(escape(folder.resolve("nsswitch.conf")) + " " + NAME_SWITCH + BIND);
    }
    if (Files.isDirectory(NAME_CACHE)) {
      // a name cache of the machine would answer in place of our hosts file
      mounts.add("kollaps " + NAME_CACHE + " tmpfs mode=755 0 0");
    }
    mounts.add("kollaps /proc proc" + PSEUDO);
    if (withSysfs) {
      boolean groups = Files.isDirectory(CGROUPS);
      if (groups) {
        mounts.add(CGROUPS + " " + escape(cgroupShelter()) + " none rbind 0 0");
      }
      mounts.add("kollaps /sys sysfs" + PSEUDO);
      if (groups) {
        mounts.add(escape(cgroupShelter()) + " " + CGROUPS + " none rbind 0 0");
      }
    }
    return mounts;
  }

  /** As fstab(5) wants it. */
  private static String escape(Path path) {
    return path.toString()
        .replace("\\", "\\134")
        .replace(" ", "\\040")
        .replace("\t", "\\011")
        .replace("\n", "\\012");
  }
}
