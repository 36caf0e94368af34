package io.kollaps.node.report;

import io.kollaps.node.results.ResultFiles;
import io.kollaps.node.results.RunOutcome;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Properties;

/**
 * Writes {@code report.html}: one page that needs nothing else, neither a network nor another file,
 * for the screen (light and dark) and for paper.
 *
 * <p>What comes from users is escaped; besides, the page's own policy lets a browser run only the
 * two scripts that Kollaps put there, by their hashes, and load nothing from anywhere.
 */
public final class HtmlReport {
  /** Bytes of the topology file shown in the page: 64 KiB. */
  public static final int MAX_TOPOLOGY_BYTES = 64 * 1024;

  private static final String UPLOT = "/META-INF/resources/webjars/uplot/";
  private static final String UPLOT_POM = "/META-INF/maven/org.webjars.npm/uplot/pom.properties";

  private HtmlReport() {}

  /**
   * Writes the page of a judged run into its folder, from the outcome and the samples there;
   * replaces one that is there.
   *
   * @return the page
   * @throws IOException when the samples cannot be read or the page cannot be written
   */
  public static Path write(Path folder, RunOutcome outcome) throws IOException {
    Path page = folder.resolve(ResultFiles.REPORT);
    ResultFiles.writeWhole(page, page(folder, outcome).getBytes(StandardCharsets.UTF_8));
    return page;
  }

  private static String page(Path folder, RunOutcome outcome) throws IOException {
    String uplot = UPLOT + uplotVersion();
    String library = resource(uplot + "/dist/uPlot.iife.min.js");
    String script = resource("report.js");
    String data = ChartData.read(folder, outcome.observations());
    byte[] topology = topology(folder);
    boolean cut = topology.length > MAX_TOPOLOGY_BYTES;
    String topologyText =
        new String(
            topology, 0, Math.min(topology.length, MAX_TOPOLOGY_BYTES), StandardCharsets.UTF_8);
    Html html = new Html();
    html.raw("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
        .raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ")
        .raw("style-src 'unsafe-inline'; script-src '")
        .raw(hash(library))
        .raw("' '")
        .raw(hash(script))
        .raw("'; base-uri 'none'; form-action 'none'\">")
        .raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
        .raw("<meta name=\"color-scheme\" content=\"light dark\"><title>")
        .text(outcome.verdict().grade() + " \u00b7 " + outcome.observations().facts().experiment())
        .raw("</title>\n<!-- uPlot, whose licence follows\n")
        .raw(resource(uplot + "/LICENSE"))
        .raw("-->\n<style>")
        .raw(resource(uplot + "/dist/uPlot.min.css"))
        .raw(resource("report.css"))
        .raw("</style></head>\n<body><main>")
        .raw(ReportSections.body(outcome, topologyText, cut))
        .raw("</main>\n<script type=\"application/json\" id=\"data\">")
        .raw(data)
        .raw("</script>\n<script>")
        .raw(library)
        .raw("</script>\n<script>")
        .raw(script)
        .raw("</script>\n</body></html>\n");
    return html.toString();
  }

  private static String hash(String script) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
      return "sha256-" + Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }

  /** One byte more than is shown tells that there is more. */
  private static byte[] topology(Path folder) throws IOException {
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(folder, ResultFiles.TOPOLOGY_STEM + ".*")) {
      for (Path file : files) {
        try (InputStream in = Files.newInputStream(file)) {
          return in.readNBytes(MAX_TOPOLOGY_BYTES + 1);
        }
      }
    }
    return new byte[0];
  }

  private static String uplotVersion() throws IOException {
    Properties properties = new Properties();
    try (InputStream in = open(UPLOT_POM)) {
      properties.load(in);
    }
    return properties.getProperty("version", "");
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = open(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static InputStream open(String name) throws IOException {
    InputStream in = HtmlReport.class.getResourceAsStream(name);
    if (in == null) {
      throw new FileNotFoundException(
          name + " is not on the class path; build Kollaps again with its dependencies");
    }
    return in;
  }
}
