package dev.wherry.apiserver.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.cache.Selection;
import dev.wherry.apiserver.request.Query;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import dev.wherry.model.selector.Fields;
import dev.wherry.model.selector.Labels;
import dev.wherry.model.selector.SelectorException;
import dev.wherry.model.status.ApiException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * What a LIST or WATCH asks for.
 *
 * @param revision 0 when any will do; -1 when none was given
 * @param match Exact, NotOlderThan or ""
 * @param startKey behind which object a continued list goes on; "" at its beginning
 * @param continueRevision of the first page; 0 for an inconsistent continuation
 */
record ListOptions(
    Selection selection,
    long revision,
    String match,
    int limit,
    String startKey,
    long continueRevision) {

  static ListOptions of(String namespace, Query query) {
    Selection selection;
    try {
      selection =
          new Selection(
              namespace,
              Labels.parse(query.text("labelSelector")),
              Fields.parse(query.text("fieldSelector")));
    } catch (SelectorException e) {
      throw ApiException.badRequest(String.valueOf(e.getMessage()));
    }
    String match = query.text("resourceVersionMatch");
    if (!match.isEmpty() && !match.equals("Exact") && !match.equals("NotOlderThan")) {
      throw ApiException.badRequest(
          "resourceVersionMatch: Unsupported value: \""
              + match
              + "\": supported values: \"Exact\", \"NotOlderThan\"");
    }
    long limit = query.number("limit").orElse(0);
    ListOptions plain =
        new ListOptions(
            selection,
            revision(query),
            match,
            (int) Math.clamp(limit, 0, Integer.MAX_VALUE),
            "",
            0);
    String token = query.text("continue");
    return token.isEmpty() ? plain : plain.continued(token);
  }

  private static long revision(Query query) {
    String text = query.text("resourceVersion");
    if (text.isEmpty()) {
      return -1;
    }
    try {
      long revision = Long.parseLong(text);
      if (revision >= 0) {
        return revision;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw ApiException.badRequest(
        "resourceVersion: Invalid value: \"" + text + "\": must be a number");
  }

  private ListOptions continued(String token) {
    if (revision > 0) {
      throw ApiException.badRequest(
          "specifying resource version is not allowed when using continue");
    }
    try {
      byte[] json = Base64.getUrlDecoder().decode(token);
      JsonNode tree = Json.parse(json);
      long from = tree.path("rv").asLong();
      return new ListOptions(
          selection, -1, "", limit, tree.path("start").asText(), from < 0 ? 0 : from);
    } catch (IllegalArgumentException | DecodeException e) {
      throw ApiException.badRequest("continue key is not valid: " + e.getMessage());
    }
  }

  /** The token with which a client goes on behind a key. */
  static String token(long revision, String lastKey) {
    ObjectNode json = Json.object();
    json.put("v", "meta.k8s.io/v1").put("rv", revision).put("start", lastKey);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(Json.write(json));
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
