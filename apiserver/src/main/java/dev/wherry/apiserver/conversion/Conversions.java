package dev.wherry.apiserver.conversion;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.cache.CachedObject;
import dev.wherry.apiserver.customresource.CustomForms;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.schema.NullFields;
import dev.wherry.model.schema.Schema;

/** Objects in the version that is asked for. Kinds with one version pass through untouched. */
public final class Conversions {
  private final CustomForms custom;

  public Conversions(CustomForms custom) {
    this.custom = custom;
  }

  /** The kind in the version its objects are stored in. */
  public static KindInfo stored(KindInfo kind) {
    return switch (kind.resource()) {
      case "events.events.k8s.io" -> new KindInfo("", "v1", "Event", "events", true);
      case "horizontalpodautoscalers.autoscaling" ->
          new KindInfo("autoscaling", "v2", kind.kind(), kind.plural(), true);
      default -> kind;
    };
  }

  /**
   * A built-in object in the version by whose rules it is judged: that of autoscalers, whose older
   * version carries most of the newer one in annotations. The given one is not changed.
   */
  public static ObjectNode judged(KindInfo kind, ObjectNode object) {
    return kind.group().equals("autoscaling") && !isBuiltInStored(kind)
        ? Autoscalers.toV2(object.deepCopy())
        : object;
  }

  public boolean isStored(KindInfo kind) {
    return !custom.handles(kind) && isBuiltInStored(kind);
  }

  private static boolean isBuiltInStored(KindInfo kind) {
    return stored(kind).version().equals(kind.version())
        && stored(kind).group().equals(kind.group());
  }

  /** The object as it is stored; the given one is not changed. */
  public ObjectNode toStored(KindInfo kind, ObjectNode object) {
    if (custom.handles(kind)) {
      return custom.toStored(kind, object);
    }
    if (isBuiltInStored(kind)) {
      return object;
    }
    return kind.group().equals("autoscaling")
        ? Autoscalers.toV2(object.deepCopy())
        : Events.toCore(object);
  }

  /** A stored object in the version of a kind; the given one is not changed. */
  public ObjectNode fromStored(KindInfo kind, ObjectNode stored) {
    if (custom.handles(kind)) {
      return custom.fromStored(kind, stored);
    }
    if (isBuiltInStored(kind)) {
      return stored;
    }
    return kind.group().equals("autoscaling")
        ? Autoscalers.toV1(stored.deepCopy())
        : Events.toV1(stored);
  }

  /** Whether {@link #view} may wait for a webhook; event loops must not call it then. */
  public boolean mayBlock(KindInfo kind) {
    return custom.mayBlock(kind);
  }

  /** Whether a rewrite of an unchanged object would change what is stored. */
  public boolean isOutdated(KindInfo kind, CachedObject stored) {
    return custom.handles(kind) && !custom.isStoredForm(kind, stored);
  }

  /** A cached object in the version of a kind. */
  public CachedObject view(KindInfo kind, CachedObject stored) {
    if (custom.handles(kind)) {
      return custom.view(kind, stored);
    }
    return isBuiltInStored(kind)
        ? stored
        : stored.withBytes(
            Json.write(NullFields.shown(Schema.builtin(), fromStored(kind, stored.tree()))));
  }
}
