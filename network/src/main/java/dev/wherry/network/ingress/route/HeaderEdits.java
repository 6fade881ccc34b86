package dev.wherry.network.ingress.route;

import java.util.ArrayList;
import java.util.List;

/**
 * Changes of headers, carried out in this order.
 *
 * @param set replace what there is
 * @param add beside what there is
 * @param remove by name
 */
public record HeaderEdits(List<Header> set, List<Header> add, List<String> remove) {
  public static final HeaderEdits NONE = new HeaderEdits(List.of(), List.of(), List.of());

  /** A header's name and value. */
  public record Header(String name, String value) {}

  public HeaderEdits {
    set = List.copyOf(set);
    add = List.copyOf(add);
    remove = List.copyOf(remove);
  }

  public boolean isEmpty() {
    return set.isEmpty() && add.isEmpty() && remove.isEmpty();
  }

  /** These, then the others. */
  public HeaderEdits then(HeaderEdits others) {
    return new HeaderEdits(
        joined(set, others.set), joined(add, others.add), joined(remove, others.remove));
  }

  private static <T> List<T> joined(List<T> one, List<T> other) {
    List<T> all = new ArrayList<>(one);
    all.addAll(other);
    return all;
  }
}
