package dev.wherry.apiserver.conversion;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.cache.CachedObject;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KindInfo;

/** Objects in the version that is asked for. Kinds with one version pass through untouched. */
public final class Conversions {
  private Conversions() {}

  /** The kind in the version its objects are stored in. */
  public static KindInfo stored(KindInfo kind) {
    return switch (kind.resource()) {
      case "events.events.k8s.io" -> new KindInfo("", "v1", "Event", "events", true);
      case "horizontalpodautoscalers.autoscaling" ->
          new KindInfo("autoscaling", "v2", kind.kind(), kind.plural(), true);
      default -> kind;
    };
  }

  public static boolean isStored(KindInfo kind) {
    return stored(kind).version().equals(kind.version())
        && stored(kind).group().equals(kind.group());
  }

  /** The object as it is stored; the given one is not changed. */
  public static ObjectNode toStored(KindInfo kind, ObjectNode object) {
    if (isStored(kind)) {
      return object;
    }
    return kind.group().equals("autoscaling")
        ? Autoscalers.toV2(object.deepCopy())
        : Events.toCore(object);
  }

  /** A stored object in the version of a kind; the given one is not changed. */
  public static ObjectNode fromStored(KindInfo kind, ObjectNode stored) {
    if (isStored(kind)) {
      return stored;
    }
    return kind.group().equals("autoscaling")
        ? Autoscalers.toV1(stored.deepCopy())
        : Events.toV1(stored);
  }

  /** A cached object in the version of a kind. */
  public static CachedObject view(KindInfo kind, CachedObject stored) {
    return isStored(kind) ? stored : stored.withBytes(Json.write(fromStored(kind, stored.tree())));
  }
}
