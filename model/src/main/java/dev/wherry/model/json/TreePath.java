package dev.wherry.model.json;

import org.jspecify.annotations.Nullable;

/**
 * Where a value stands in a document, as decoders tell of it: {@code spec.a[0].b}. It is a chain
 * upwards, of which text is made only for a complaint.
 *
 * @param above null at the root
 * @param name "" for an element of a list
 * @param index of an element of a list, else -1
 */
public record TreePath(@Nullable TreePath above, String name, int index) {
  private static final int NAMED = -1;

  public static TreePath field(@Nullable TreePath above, String name) {
    return new TreePath(above, name, NAMED);
  }

  public static TreePath element(@Nullable TreePath above, int index) {
    return new TreePath(above, "", index);
  }

  /** Whether this is the path of an element of a list in the field of the root's field. */
  boolean isElementOf(String first, String second) {
    return index != NAMED
        && above != null
        && above.name.equals(second)
        && above.above != null
        && above.above.name.equals(first)
        && above.above.above == null;
  }

  @Override
  public String toString() {
    String before = above == null ? "" : above.toString();
    if (index != NAMED) {
      return before + "[" + index + "]";
    }
    return before.isEmpty() ? name : before + "." + name;
  }
}
