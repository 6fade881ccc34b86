package dev.wherry.cli.client.select;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.http.Api;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.BiPredicate;

/** Reads the events of a watch one by one. */
public final class Watch {
  private Watch() {}

  /**
   * Calls back for each event until the callback has seen enough or the server ends the watch.
   *
   * @param onEvent takes type and object; true goes on
   * @return false when the callback ended it
   * @throws ApiException for an ERROR event
   */
  public static boolean follow(
      Api api, String path, String accept, BiPredicate<String, JsonNode> onEvent) {
    try (InputStream stream = api.open(path, accept);
        JsonParser parser = Json.FACTORY.createParser(stream)) {
      while (parser.nextToken() != null) {
        JsonNode event = Json.read(parser);
        String type = event.path("type").asText();
        JsonNode object = event.path("object");
        if (type.equals("ERROR")) {
          throw ApiException.fromStatus(object, object.path("code").asInt());
        }
        if (!type.equals("BOOKMARK") && !onEvent.test(type, object)) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      throw api.unreachable(e);
    }
  }
}
