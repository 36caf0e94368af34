package io.kollaps.linux.ownership;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.util.ArrayList;
import java.util.List;

/**
 * Removes what is in a folder. It walks by open folders (openat), never by names alone, so that a
 * symbolic link, also one that somebody puts there meanwhile, is removed and not followed.
 */
final class TreeRemover {
  private static final int MAX_DEPTH = 64;

  private TreeRemover() {}

  /**
   * Removes all in a folder except some names; the folder stays.
   *
   * @param folder the folder
   * @param except names directly in it that stay
   * @throws IOException when something cannot be removed; what can be is removed all the same
   */
  static void removeContentsExcept(Path folder, List<String> except) throws IOException {
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      if (!(stream instanceof SecureDirectoryStream<Path> secure)) {
        throw new IOException("no secure way to remove what is in " + folder);
      }
      List<String> failures = new ArrayList<>();
      removeContents(secure, except, folder, 0, failures);
      if (!failures.isEmpty()) {
        throw new IOException(String.join("; ", failures));
      }
    }
  }

  private static void removeContents(
      SecureDirectoryStream<Path> folder,
      List<String> except,
      Path shown,
      int depth,
      List<String> failures) {
    if (depth > MAX_DEPTH) {
      failures.add(shown + ": folders nested deeper than " + MAX_DEPTH);
      return;
    }
    List<Path> names = new ArrayList<>();
    folder.forEach(entry -> names.add(Path.of(String.valueOf(entry.getFileName()))));
    for (Path name : names) {
      if (except.contains(name.toString())) {
        continue;
      }
      try {
        removeEntry(folder, name, shown.resolve(name), depth, failures);
      } catch (NoSuchFileException e) {
        // somebody else removed it
      } catch (IOException e) {
        failures.add(shown.resolve(name) + ": " + e.getMessage());
      }
    }
  }

  private static void removeEntry(
      SecureDirectoryStream<Path> folder, Path name, Path shown, int depth, List<String> failures)
      throws IOException {
    boolean isFolder =
        folder
            .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
            .readAttributes()
            .isDirectory();
    if (!isFolder) {
      folder.deleteFile(name);
      return;
    }
    try (SecureDirectoryStream<Path> inner =
        folder.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
      removeContents(inner, List.of(), shown, depth + 1, failures);
    }
    folder.deleteDirectory(name);
  }
}
