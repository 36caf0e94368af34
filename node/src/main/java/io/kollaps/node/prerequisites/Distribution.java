package io.kollaps.node.prerequisites;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** The families of Linux distributions whose packages are known here. */
public enum Distribution {
  /** Debian, Ubuntu and what is made of them. */
  DEBIAN("apt-get install "),
  /** Fedora, RHEL and what is made of them. */
  FEDORA("dnf install "),
  /** Any other. */
  OTHER("install ");

  private static final Set<String> DEBIAN_IDS = Set.of("debian", "ubuntu");
  private static final Set<String> FEDORA_IDS = Set.of("fedora", "rhel", "centos");

  private final String installPrefix;

  Distribution(String installPrefix) {
    this.installPrefix = installPrefix;
  }

  /**
   * Tells the family by {@code ID} and {@code ID_LIKE} (os-release(5)).
   *
   * @param osRelease text of /etc/os-release; an empty one gives {@link #OTHER}
   */
  public static Distribution of(String osRelease) {
    Set<String> ids = new TreeSet<>();
    for (String line : osRelease.lines().toList()) {
      int equals = line.indexOf('=');
      if (equals > 0 && Set.of("ID", "ID_LIKE").contains(line.substring(0, equals).strip())) {
        String value = line.substring(equals + 1).replaceAll("[\"']", "").toLowerCase(Locale.ROOT);
        ids.addAll(Arrays.asList(value.strip().split("\\s+", -1)));
      }
    }
    if (ids.stream().anyMatch(DEBIAN_IDS::contains)) {
      return DEBIAN;
    }
    return ids.stream().anyMatch(FEDORA_IDS::contains) ? FEDORA : OTHER;
  }

  /** The command that installs packages; for {@link #OTHER} the words "install A B". */
  public String installCommand(Collection<String> packages) {
    return installPrefix + String.join(" ", packages);
  }
}
