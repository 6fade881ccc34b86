package dev.wherry.controllers.volume;

import dev.wherry.model.meta.v1.ObjectMeta;
import java.util.ArrayList;
import java.util.List;

/** Marks that keep an object from going. */
final class Finalizers {
  private Finalizers() {}

  static boolean has(ObjectMeta meta, String finalizer) {
    return meta.finalizers().contains(finalizer);
  }

  static ObjectMeta with(ObjectMeta meta, String finalizer) {
    List<String> more = new ArrayList<>(meta.finalizers());
    more.add(finalizer);
    return meta.toBuilder().finalizers(more).build();
  }

  static ObjectMeta without(ObjectMeta meta, String finalizer) {
    return meta.toBuilder()
        .finalizers(meta.finalizers().stream().filter(f -> !f.equals(finalizer)).toList())
        .build();
  }
}
