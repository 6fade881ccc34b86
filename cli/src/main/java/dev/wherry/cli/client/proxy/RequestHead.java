package dev.wherry.cli.client.proxy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The head of an HTTP/1.1 request.
 *
 * @param target path and query
 * @param lines its headers, as they came
 */
record RequestHead(String method, String target, List<String> lines) {
  private static final int BYTES_MAX = 64 * 1024;

  RequestHead {
    lines = List.copyOf(lines);
  }

  /**
   * Reads one head and not a byte more.
   *
   * @return empty at the end of the stream
   * @throws IOException for anything that is no head
   */
  static Optional<RequestHead> read(InputStream in) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int ends = 0;
    while (ends < 2) {
      int next = in.read();
      if (next < 0 && bytes.size() == 0) {
        return Optional.empty();
      }
      if (next < 0 || bytes.size() == BYTES_MAX) {
        throw new IOException("the head of the request does not end");
      }
      bytes.write(next);
      ends = next == '\n' ? ends + 1 : next == '\r' ? ends : 0;
    }
    String[] lines = bytes.toString(StandardCharsets.ISO_8859_1).split("\r?\n");
    String[] first = lines[0].split(" ");
    if (first.length != 3 || !first[2].startsWith("HTTP/1.")) {
      throw new IOException("no HTTP/1.1 request: " + lines[0]);
    }
    List<String> headers = new ArrayList<>();
    for (int i = 1; i < lines.length; i++) {
      headers.add(lines[i]);
    }
    return Optional.of(new RequestHead(first[0], first[1], headers));
  }

  /** The target without its query. */
  String path() {
    int query = target.indexOf('?');
    return query < 0 ? target : target.substring(0, query);
  }

  static String name(String line) {
    int colon = line.indexOf(':');
    return colon < 0 ? "" : line.substring(0, colon).toLowerCase(Locale.ROOT);
  }

  /** A header's value; "" where there is none. */
  String header(String name) {
    for (String line : lines) {
      if (name(line).equals(name)) {
        return line.substring(line.indexOf(':') + 1).strip();
      }
    }
    return "";
  }

  boolean upgrades() {
    return header("connection").toLowerCase(Locale.ROOT).contains("upgrade");
  }
}
