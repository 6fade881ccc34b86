package dev.wherry.apiserver.cel;

import static dev.wherry.apiserver.cel.CelFunction.member;

import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.TypeParamType;
import java.time.Duration;
import java.util.List;

/** {@code isSorted, sum, min, max, indexOf, lastIndexOf} (library/lists.go). */
final class ListFunctions {
  private static final CelType ITEM = TypeParamType.create("T");
  private static final CelType LIST = ListType.create(ITEM);

  private ListFunctions() {}

  static List<CelFunction> all() {
    return List.of(
        member("isSorted", "list_is_sorted", SimpleType.BOOL, List.of(LIST), ListFunctions::sorted),
        member("sum", "list_sum", ITEM, List.of(LIST), a -> sum(list(a))),
        member("min", "list_min", ITEM, List.of(LIST), a -> extreme(list(a), -1, "min")),
        member("max", "list_max", ITEM, List.of(LIST), a -> extreme(list(a), 1, "max")),
        member(
            "indexOf",
            "list_index_of",
            SimpleType.INT,
            List.of(LIST, ITEM),
            a -> (long) list(a).indexOf(a[1])),
        member(
            "lastIndexOf",
            "list_last_index_of",
            SimpleType.INT,
            List.of(LIST, ITEM),
            a -> (long) list(a).lastIndexOf(a[1])));
  }

  private static List<?> list(Object[] arguments) {
    return (List<?>) arguments[0];
  }

  private static Object sorted(Object[] arguments) {
    List<?> list = list(arguments);
    for (int i = 1; i < list.size(); i++) {
      if (compare(list.get(i - 1), list.get(i)) > 0) {
        return false;
      }
    }
    return true;
  }

  @SuppressWarnings("unchecked") // The type checker let only one kind of item into the list.
  static int compare(Object a, Object b) {
    if (a instanceof Number left && b instanceof Number right && a.getClass() != b.getClass()) {
      return Double.compare(left.doubleValue(), right.doubleValue());
    }
    return ((Comparable<Object>) a).compareTo(b);
  }

  private static Object sum(List<?> list) {
    if (list.isEmpty()) {
      return 0L;
    }
    Object sum = list.getFirst();
    for (Object item : list.subList(1, list.size())) {
      sum =
          switch (sum) {
            case Long left when item instanceof Long right -> Math.addExact(left, right);
            case Duration left when item instanceof Duration right -> left.plus(right);
            case Number left when item instanceof Number right ->
                left.doubleValue() + right.doubleValue();
            default -> throw new IllegalArgumentException("no such overload");
          };
    }
    return sum;
  }

  private static Object extreme(List<?> list, int sign, String name) {
    if (list.isEmpty()) {
      throw new IllegalArgumentException(name + " called on empty list");
    }
    Object best = list.getFirst();
    for (Object item : list) {
      if (compare(item, best) * sign > 0) {
        best = item;
      }
    }
    return best;
  }
}
