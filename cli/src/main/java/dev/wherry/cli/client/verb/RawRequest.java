package dev.wherry.cli.client.verb;

import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.http.Api;
import java.nio.charset.StandardCharsets;

/** {@code --raw} of the verbs that write: one request to a path, its answer as it came. */
public final class RawRequest {
  private RawRequest() {}

  /**
   * Sends it.
   *
   * @param path with its query
   * @param files the one whose bytes are sent, or none
   */
  public static void send(
      Session session, Streams streams, String method, String path, FileOptions files) {
    if (!path.startsWith("/")) {
      throw ClientException.error(
          "--raw must be a valid URL path: parse \"" + path + "\": invalid URI for request");
    }
    byte[] body = files.given() ? files.bytes(streams) : new byte[0];
    String type = files.given() ? Api.JSON : "";
    byte[] answer = session.api().send(method, path, Api.JSON, type, body);
    streams.out().print(new String(answer, StandardCharsets.UTF_8));
    streams.out().flush();
  }
}
