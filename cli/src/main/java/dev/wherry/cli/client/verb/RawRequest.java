package dev.wherry.cli.client.verb;

import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.http.Api;
import dev.wherry.cli.client.select.Manifest;
import dev.wherry.model.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** {@code --raw} of the verbs that write: one request to a path, its answer as it came. */
public final class RawRequest {
  private RawRequest() {}

  /**
   * Sends it.
   *
   * @param path with its query
   * @param manifests the one that is sent, or none
   */
  public static void send(
      Session session, Streams streams, String method, String path, List<Manifest> manifests) {
    if (!path.startsWith("/")) {
      throw ClientException.error(
          "--raw must be a valid URL path: parse \"" + path + "\": invalid URI for request");
    }
    if (manifests.size() > 1) {
      throw ClientException.error("--raw can only use a single local file or stdin");
    }
    byte[] body = manifests.isEmpty() ? new byte[0] : Json.write(manifests.getFirst().object());
    String type = manifests.isEmpty() ? "" : Api.JSON;
    byte[] answer = session.api().send(method, path, Api.JSON, type, body);
    streams.out().print(new String(answer, StandardCharsets.UTF_8));
    streams.out().flush();
  }
}
