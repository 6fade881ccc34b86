package dev.wherry.machinery.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import java.util.OptionalLong;

/**
 * What a DELETE asks for.
 *
 * @param graceSeconds empty for the object's own
 * @param uid precondition, or ""
 * @param resourceVersion precondition, or ""
 */
public record DeleteOptions(
    OptionalLong graceSeconds, String uid, String resourceVersion, Propagation propagation) {
  /** What happens to the objects that the deleted one owns. */
  public enum Propagation {
    UNSET(""),
    BACKGROUND("Background"),
    FOREGROUND("Foreground"),
    ORPHAN("Orphan");

    private final String text;

    Propagation(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }

  public static final DeleteOptions DEFAULT =
      new DeleteOptions(OptionalLong.empty(), "", "", Propagation.UNSET);

  public static DeleteOptions ofUid(String uid) {
    return DEFAULT.withUid(uid);
  }

  public DeleteOptions withUid(String expected) {
    return new DeleteOptions(graceSeconds, expected, resourceVersion, propagation);
  }

  public DeleteOptions withResourceVersion(String expected) {
    return new DeleteOptions(graceSeconds, uid, expected, propagation);
  }

  public DeleteOptions withGrace(long seconds) {
    return new DeleteOptions(OptionalLong.of(seconds), uid, resourceVersion, propagation);
  }

  public DeleteOptions with(Propagation policy) {
    return new DeleteOptions(graceSeconds, uid, resourceVersion, policy);
  }

  /** The request's body. */
  public ObjectNode toJson() {
    ObjectNode json = Json.object();
    json.put("kind", "DeleteOptions").put("apiVersion", "v1");
    graceSeconds.ifPresent(seconds -> json.put("gracePeriodSeconds", seconds));
    if (!uid.isEmpty()) {
      json.withObject("/preconditions").put("uid", uid);
    }
    if (!resourceVersion.isEmpty()) {
      json.withObject("/preconditions").put("resourceVersion", resourceVersion);
    }
    if (propagation != Propagation.UNSET) {
      json.put("propagationPolicy", propagation.text());
    }
    return json;
  }
}
