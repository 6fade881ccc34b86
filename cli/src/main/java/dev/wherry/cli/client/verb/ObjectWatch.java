package dev.wherry.cli.client.verb;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.http.Api;
import dev.wherry.cli.client.select.Lists;
import dev.wherry.cli.client.select.Target;
import dev.wherry.cli.client.select.Watch;
import dev.wherry.model.status.ApiException;
import java.time.Duration;
import java.util.function.BiPredicate;

/**
 * Follows one object: as it is now, then every change, across watches that the server ends and
 * versions it has forgotten. Errors of the callback end it.
 */
public final class ObjectWatch {
  /** Stands for the absence of the object at the beginning. */
  public static final String MISSING = "MISSING";

  /** Long enough to be for ever, short enough to add to a clock. */
  public static final Duration FOR_EVER = Duration.ofDays(3_650);

  private static final int GONE = 410;

  private final Session session;
  private final Target target;

  /**
   * @param target with a name
   */
  public ObjectWatch(Session session, Target target) {
    this.session = session;
    this.target = target;
  }

  /**
   * Calls back until enough has been seen.
   *
   * @param enough takes ADDED, MODIFIED, DELETED or {@link #MISSING}, and the object
   * @return false when the time ran out
   */
  public boolean until(Duration patience, BiPredicate<String, JsonNode> enough) {
    Wait wait = new Wait(patience);
    while (true) {
      String fields = "metadata.name=" + target.name();
      Target all = new Target(target.type(), target.namespace(), "", "");
      Lists.Filter filter = new Lists.Filter("", fields, Lists.Filter.NONE.pageItems(), false);
      JsonNode[] now = {Lists.MISSING};
      String version =
          Lists.read(
              session.api(),
              all,
              filter,
              Api.JSON,
              page -> page.path("items").forEach(item -> now[0] = typed(item)));
      boolean present = now[0].isObject();
      if (enough.test(present ? "ADDED" : MISSING, now[0])) {
        return true;
      }
      Watch.End end = follow(version, wait, enough);
      if (end != Watch.End.SERVER) {
        return end == Watch.End.ENOUGH;
      }
    }
  }

  /** Goes on where the last watch ended, until the server has forgotten that version. */
  private Watch.End follow(String from, Wait wait, BiPredicate<String, JsonNode> enough) {
    String[] version = {from};
    while (true) {
      Duration left = wait.left();
      if (left.isZero()) {
        return Watch.End.TIME;
      }
      String path = Lists.watchPath(target, Lists.Filter.NONE, version[0]);
      try {
        Watch.End end =
            Watch.follow(
                session.api(),
                path,
                left,
                (type, object) -> {
                  version[0] = object.path("metadata").path("resourceVersion").asText("");
                  return !enough.test(type, object);
                });
        if (end != Watch.End.SERVER) {
          return end;
        }
      } catch (ApiException e) {
        if (e.code() == GONE) {
          return Watch.End.SERVER;
        }
        throw e;
      }
    }
  }

  private JsonNode typed(JsonNode item) {
    if (item instanceof ObjectNode object && !object.has("kind")) {
      object.put("apiVersion", target.type().apiVersion()).put("kind", target.type().kind());
    }
    return item;
  }
}
