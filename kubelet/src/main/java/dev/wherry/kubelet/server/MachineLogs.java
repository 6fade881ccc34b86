package dev.wherry.kubelet.server;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The machine's own logs below {@code /logs/}: folders as pages of links, files as they are (rule:
 * the kubelet's {@code enableSystemLogHandler}, which is on by default). Links that lead out of the
 * folder of logs are not followed.
 */
final class MachineLogs {
  private static final int ENTRIES_MAX = 10_000;

  private final Path folder;

  MachineLogs(Path folder) {
    this.folder = folder;
  }

  /**
   * Answers.
   *
   * @param path below the folder, without empty parts
   */
  void copy(List<String> path, ResponseStream out) throws HttpFailure, IOException {
    Path wanted = existing(path);
    if (Files.isDirectory(wanted, LinkOption.NOFOLLOW_LINKS)) {
      out.isHtml();
      out.write(page(wanted).getBytes(StandardCharsets.UTF_8));
    } else if (Files.isRegularFile(wanted, LinkOption.NOFOLLOW_LINKS)) {
      Files.copy(wanted, out);
    } else {
      throw notFound();
    }
    out.close();
  }

  private Path existing(List<String> path) throws HttpFailure, IOException {
    try {
      Path root = folder.toRealPath();
      Path found = root.resolve(String.join("/", path)).toRealPath();
      if (found.startsWith(root)) {
        return found;
      }
    } catch (FileSystemException _) {
      throw notFound();
    }
    throw notFound();
  }

  private static String page(Path folder) throws IOException {
    StringBuilder page = new StringBuilder("<!doctype html>\n<pre>\n");
    try (Stream<Path> entries = Files.list(folder)) {
      entries
          .limit(ENTRIES_MAX)
          .map(entry -> entry.getFileName() + (Files.isDirectory(entry) ? "/" : ""))
          .sorted()
          .forEach(name -> page.append(link(name)));
    }
    return page.append("</pre>\n").toString();
  }

  private static String link(String name) {
    String shown = name.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&#34;");
    String to =
        URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20").replace("%2F", "/");
    return "<a href=\"" + to + "\">" + shown + "</a>\n";
  }

  private static HttpFailure notFound() {
    return new HttpFailure(404, "404 page not found");
  }
}
