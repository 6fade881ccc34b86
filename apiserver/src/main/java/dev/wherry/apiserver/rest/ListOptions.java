package dev.wherry.apiserver.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.cache.Selection;
import dev.wherry.apiserver.request.Query;
import dev.wherry.apiserver.request.RequestInfo;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.ResourceInfo;
import dev.wherry.model.selector.Fields;
import dev.wherry.model.selector.Labels;
import dev.wherry.model.selector.SelectorException;
import dev.wherry.model.status.ApiException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * What a LIST or WATCH asks for.
 *
 * @param revision 0 when any will do; -1 when none was given
 * @param match Exact, NotOlderThan or ""
 * @param limit 0 for all
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
  private static final String NOT_OLDER = "NotOlderThan";
  private static final String EXACT = "Exact";
  private static final String CONTINUE = "invalid continue token: continue key is not valid: ";

  /**
   * @throws ApiException 400 for malformed values, 422 for values that do not fit together
   */
  static ListOptions of(ResourceInfo kind, RequestInfo asked, Query query) {
    List<ApiException.Cause> causes = new ArrayList<>();
    if (asked.verb().equals("watch")) {
      checkWatch(query, causes);
    } else {
      checkList(query, causes);
    }
    WriteOptions.throwIfAny("ListOptions", causes);
    ListOptions plain =
        new ListOptions(
            selection(kind, asked, query),
            revision(query, asked.verb().equals("watch") ? "" : "invalid resource version: "),
            query.text("resourceVersionMatch"),
            limit(query),
            "",
            0);
    String token = query.text("continue");
    return token.isEmpty() ? plain.legacyExact() : plain.continued(token);
  }

  private static Selection selection(ResourceInfo kind, RequestInfo asked, Query query) {
    String fields = query.text("fieldSelector");
    if (asked.isWatchOfOne()) {
      fields = "metadata.name=" + asked.name() + (fields.isEmpty() ? "" : "," + fields);
    }
    try {
      return new Selection(
          kind.kind().namespaced() ? asked.namespace() : "",
          Labels.parse(query.text("labelSelector")),
          FieldLabels.translate(kind, Fields.parse(fields)));
    } catch (SelectorException e) {
      throw ApiException.badRequest(String.valueOf(e.getMessage()));
    }
  }

  /** Any revision will do: then upstream answers from its cache, whole. */
  private static int limit(Query query) {
    long limit = query.number("limit").orElse(0);
    boolean whole = query.text("resourceVersion").equals("0");
    return whole ? 0 : (int) Math.clamp(limit, 0, Integer.MAX_VALUE);
  }

  private static void checkList(Query query, List<ApiException.Cause> causes) {
    String match = query.text("resourceVersionMatch");
    if (!match.isEmpty()) {
      if (query.text("resourceVersion").isEmpty()) {
        forbid(causes, "resourceVersionMatch is forbidden unless resourceVersion is provided");
      }
      if (!query.text("continue").isEmpty()) {
        forbid(causes, "resourceVersionMatch is forbidden when continue is provided");
      }
      if (!match.equals(EXACT) && !match.equals(NOT_OLDER)) {
        causes.add(
            WriteOptions.notSupported(
                "resourceVersionMatch", "\"" + match + "\"", "\"Exact\", \"NotOlderThan\", \"\""));
      }
      if (match.equals(EXACT) && query.text("resourceVersion").equals("0")) {
        forbid(causes, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
      }
    }
    if (query.has("sendInitialEvents")) {
      causes.add(
          WriteOptions.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
    }
  }

  private static void checkWatch(Query query, List<ApiException.Cause> causes) {
    String match = query.text("resourceVersionMatch");
    boolean streamed = query.has("sendInitialEvents");
    if (streamed && !match.equals(NOT_OLDER)) {
      forbid(causes, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
    }
    if (!match.isEmpty()) {
      if (!streamed) {
        forbid(
            causes,
            "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
      }
      if (!match.equals(NOT_OLDER)) {
        causes.add(
            WriteOptions.notSupported(
                "resourceVersionMatch", "\"" + match + "\"", "\"NotOlderThan\""));
      }
      if (!query.text("continue").isEmpty()) {
        forbid(causes, "resourceVersionMatch is forbidden when continue is provided");
      }
    }
  }

  private static void forbid(List<ApiException.Cause> causes, String why) {
    causes.add(WriteOptions.forbidden("resourceVersionMatch", why));
  }

  /**
   * The revision that a request names; -1 where it names none.
   *
   * @param prefix of a refusal
   */
  static long revision(Query query, String prefix) {
    String text = query.text("resourceVersion");
    if (text.isEmpty()) {
      return -1;
    }
    try {
      return Long.parseUnsignedLong(text) < 0 ? Long.MAX_VALUE : Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw ApiException.badRequest(
          prefix
              + "resourceVersion: Invalid value: \""
              + text
              + "\": strconv.ParseUint: parsing \""
              + text
              + "\": invalid syntax");
    }
  }

  ListOptions selecting(Selection other) {
    return new ListOptions(other, revision, match, limit, startKey, continueRevision);
  }

  /** A page at a revision means exactly that revision: how it was before there was a match. */
  private ListOptions legacyExact() {
    boolean exact = match.isEmpty() && limit > 0 && revision > 0;
    return exact ? new ListOptions(selection, revision, EXACT, limit, "", 0) : this;
  }

  private ListOptions continued(String token) {
    if (revision > 0) {
      throw ApiException.badRequest(
          "specifying resource version is not allowed when using continue");
    }
    JsonNode tree;
    try {
      tree = Json.parse(Base64.getUrlDecoder().decode(token));
    } catch (IllegalArgumentException | DecodeException e) {
      throw ApiException.badRequest(CONTINUE + e.getMessage());
    }
    if (!tree.path("v").asText().equals("meta.k8s.io/v1")) {
      throw ApiException.badRequest(
          CONTINUE + "server does not recognize this encoded version " + tree.path("v").asText());
    }
    long from = tree.path("rv").asLong();
    String start = tree.path("start").asText();
    if (from == 0 || start.isEmpty()) {
      throw ApiException.badRequest(
          CONTINUE
              + (from == 0 ? "incorrect encoded start resourceVersion" : "encoded start key empty")
              + " (version meta.k8s.io/v1)");
    }
    return new ListOptions(selection, -1, "", limit, start, Math.max(from, 0));
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
