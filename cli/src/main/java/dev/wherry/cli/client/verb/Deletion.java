package dev.wherry.cli.client.verb;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.http.Api;
import dev.wherry.cli.client.select.Lists;
import dev.wherry.cli.client.select.Target;
import dev.wherry.cli.client.select.Watch;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import java.time.Duration;
import java.util.Optional;

/** Deletes objects and waits until they are gone. */
public final class Deletion {
  private final Session session;

  public Deletion(Session session) {
    this.session = session;
  }

  /**
   * Asks for the deletion.
   *
   * @param graceSeconds -1 for the object's own
   * @param query of the request, "" for none
   * @return the server's answer
   */
  public JsonNode delete(Target target, String propagation, int graceSeconds, String query) {
    ObjectNode options = Json.object();
    options.put("kind", "DeleteOptions").put("apiVersion", "v1");
    options.put("propagationPolicy", propagation);
    if (graceSeconds >= 0) {
      options.put("gracePeriodSeconds", graceSeconds);
    }
    return session.api().exchange("DELETE", target.path() + query, Api.JSON, options);
  }

  /** {@code from x namespace} for an object that is in one, "" for others. */
  public static String where(Target target) {
    return target.type().namespaced() ? " from " + target.namespace() + " namespace" : "";
  }

  /**
   * Waits until an object is gone, or another one has taken its name.
   *
   * @param uid of the object, "" if unknown
   */
  public void await(Target target, String uid) {
    await(target, uid, new Wait(ObjectWatch.FOR_EVER));
  }

  /**
   * The same for a while.
   *
   * @throws ClientException when the time is over
   */
  public void await(Target target, String uid, Wait wait) {
    while (true) {
      Optional<String> version = present(target, uid);
      if (version.isEmpty()) {
        return;
      }
      Duration left = wait.left();
      if (left.isZero()) {
        throw ClientException.error(
            "timed out waiting for the condition on %s/%s"
                .formatted(target.type().plural(), target.name()));
      }
      String path = Lists.watchPath(target, Lists.Filter.NONE, version.get());
      try {
        Watch.End end =
            Watch.follow(session.api(), path, left, (type, object) -> !type.equals("DELETED"));
        if (end == Watch.End.ENOUGH) {
          return;
        }
      } catch (ApiException e) {
        boolean stale = e.code() == 410;
        if (!stale) {
          throw e;
        }
      }
    }
  }

  /** The object's resource version while it is there. */
  private Optional<String> present(Target target, String uid) {
    return session
        .api()
        .find(target.path())
        .map(object -> object.path("metadata"))
        .filter(found -> uid.isEmpty() || found.path("uid").asText("").equals(uid))
        .map(found -> found.path("resourceVersion").asText(""));
  }

  /** Deletes an object at once and creates it anew. */
  public JsonNode replace(Target target, ObjectNode object, String query) {
    delete(target, "Background", 0, "");
    await(target, "");
    String path = target.type().path(target.namespace(), "") + query;
    return session.api().exchange("POST", path, Api.JSON, object);
  }
}
