package dev.wherry.controllers;

import dev.wherry.model.meta.v1.ObjectMeta;
import java.util.ArrayList;
import java.util.List;

/** Marks that keep an object from going. */
public final class Finalizers {
  private Finalizers() {}

  /** Whether an object carries it. */
  public static boolean has(ObjectMeta meta, String finalizer) {
    return meta.finalizers().contains(finalizer);
  }

  /** Whether a protected object lacks its mark, or is to go and still has it. */
  public static boolean isDue(ObjectMeta meta, String finalizer) {
    return (meta.deletionTimestamp() != null) == has(meta, finalizer);
  }

  /** What is due: the mark given to an object that lives, taken from one that is to go. */
  public static ObjectMeta turned(ObjectMeta meta, String finalizer) {
    return meta.deletionTimestamp() == null ? with(meta, finalizer) : without(meta, finalizer);
  }

  /** The same with one more. */
  public static ObjectMeta with(ObjectMeta meta, String finalizer) {
    List<String> more = new ArrayList<>(meta.finalizers());
    more.add(finalizer);
    return meta.toBuilder().finalizers(more).build();
  }

  /** The same without it. */
  public static ObjectMeta without(ObjectMeta meta, String finalizer) {
    return meta.toBuilder()
        .finalizers(meta.finalizers().stream().filter(f -> !f.equals(finalizer)).toList())
        .build();
  }
}
