package dev.wherry.cli.client.proxy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files of a folder, for pages that talk to the API beside them. */
record LocalFiles(Path root) {
  /** Answers with a file, or that there is none. */
  void answer(String path, OutputStream out) throws IOException {
    Path wanted = root.resolve(path.replaceAll("^/+", "")).normalize();
    Path file = Files.isDirectory(wanted) ? wanted.resolve("index.html") : wanted;
    if (!wanted.startsWith(root.normalize()) || !Files.isRegularFile(file)) {
      text(out, "404 Not Found", "404 page not found");
      return;
    }
    String type = URLConnection.guessContentTypeFromName(file.getFileName().toString());
    byte[] bytes = Files.readAllBytes(file);
    head(out, "200 OK", type == null ? "application/octet-stream" : type, bytes.length);
    out.write(bytes);
    out.flush();
  }

  /** A line of text, as Go's http.Error writes it. */
  static void text(OutputStream out, String status, String text) throws IOException {
    byte[] bytes = (text + "\n").getBytes(StandardCharsets.UTF_8);
    head(out, status, "text/plain; charset=utf-8", bytes.length);
    out.write(bytes);
    out.flush();
  }

  private static void head(OutputStream out, String status, String type, int length)
      throws IOException {
    String head =
        "HTTP/1.1 %s\r\nContent-Type: %s\r\nX-Content-Type-Options: nosniff\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
            .formatted(status, type, length);
    out.write(head.getBytes(StandardCharsets.ISO_8859_1));
  }
}
