package io.kollaps.runtime.process;

import io.kollaps.linux.LinuxException;
import io.kollaps.linux.NetworkNamespace;
import io.kollaps.linux.NetworkNamespaces;
import io.kollaps.runtime.RuntimeStartException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Tries by a real process what endpoints can have on this machine. */
final class StartProbe {
  private static final long SECONDS = 20;

  private final Tools tools;
  private final Spawner spawner;
  private final Path runFolder;

  StartProbe(Tools tools, Spawner spawner, Path runFolder) {
    this.tools = tools;
    this.spawner = spawner;
    this.runFolder = runFolder;
  }

  /**
   * Writes the files for what works: /sys anew where the kernel allows it, else the machine's.
   *
   * @throws RuntimeStartException when endpoints cannot be made at all
   */
  InsideFiles choose() throws RuntimeStartException, IOException {
    Path hosts = Files.writeString(runFolder.resolve("probe-hosts"), "127.0.0.1 localhost\n");
    InsideFiles full = InsideFiles.write(runFolder, true);
    if (attempt(full.mountTable(hosts)).isEmpty()) {
      return InsideFiles.write(runFolder, true);
    }
    InsideFiles plain = InsideFiles.write(runFolder, false);
    String failure = attempt(plain.mountTable(hosts));
    if (!failure.isEmpty()) {
      throw new RuntimeStartException(
          "processes with namespaces of their own cannot be made here: "
              + failure
              + "; run as root, or as an ordinary user where user namespaces are allowed"
              + " ('kollaps doctor' tells what is missing)");
    }
    return plain;
  }

  /** What is wrong with a list of mounts, empty when nothing. */
  private String attempt(Path mountTable) throws RuntimeStartException, IOException {
    Path output = runFolder.resolve("probe-output");
    try (NetworkNamespace namespace = NetworkNamespaces.create()) {
      List<String> command = new ArrayList<>(tools.chain(namespace.path()));
      command.addAll(List.of(tools.path("mount"), "-a", "-T", mountTable.toString()));
      Process process =
          spawner
              .spawn(
                  () ->
                      new ProcessBuilder(command)
                          .redirectErrorStream(true)
                          .redirectOutput(output.toFile())
                          .start())
              .get(SECONDS, TimeUnit.SECONDS);
      process.getOutputStream().close();
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return "no answer within " + SECONDS + " s";
      }
      return process.exitValue() == 0 ? "" : reason(output, process.exitValue());
    } catch (LinuxException | ExecutionException | TimeoutException e) {
      return String.valueOf(e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RuntimeStartException("interrupted", e);
    }
  }

  private static String reason(Path output, int code) throws IOException {
    String text = Files.readString(output, StandardCharsets.UTF_8).strip();
    return text.isEmpty() ? "exit code " + code : text.replace("\n", "; ");
  }
}
