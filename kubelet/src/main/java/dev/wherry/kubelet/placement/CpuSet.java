package dev.wherry.kubelet.placement;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.IntPredicate;

/**
 * CPUs by number, written as the kernel does: {@code 0-3,8}.
 *
 * @param ids ascending
 */
public record CpuSet(SortedSet<Integer> ids) {
  public static final CpuSet EMPTY = new CpuSet(new TreeSet<>());
  private static final int CPUS_MAX = 8_192;

  public CpuSet {
    ids = Collections.unmodifiableSortedSet(new TreeSet<>(ids));
  }

  public static CpuSet of(Collection<Integer> ids) {
    return new CpuSet(new TreeSet<>(ids));
  }

  public static CpuSet of(Integer... ids) {
    return of(List.of(ids));
  }

  /**
   * Reads a list of numbers and ranges; an empty text is an empty set.
   *
   * @throws IllegalArgumentException with a sentence, for any other text
   */
  public static CpuSet parse(String text) {
    SortedSet<Integer> ids = new TreeSet<>();
    for (String part : text.strip().split(",", -1)) {
      if (part.isEmpty() && text.isBlank()) {
        continue;
      }
      String[] ends = part.split("-", 2);
      int from = number(ends[0], text);
      int to = ends.length == 1 ? from : number(ends[1], text);
      if (to < from || to >= CPUS_MAX) {
        throw new IllegalArgumentException("\"" + text + "\" is no list of CPUs");
      }
      for (int id = from; id <= to; id++) {
        ids.add(id);
      }
    }
    return new CpuSet(ids);
  }

  private static int number(String digits, String text) {
    if (!digits.matches("[0-9]{1,5}")) {
      throw new IllegalArgumentException("\"" + text + "\" is no list of CPUs");
    }
    return Integer.parseInt(digits);
  }

  public int size() {
    return ids.size();
  }

  public boolean isEmpty() {
    return ids.isEmpty();
  }

  public boolean has(int id) {
    return ids.contains(id);
  }

  public boolean covers(CpuSet other) {
    return ids.containsAll(other.ids);
  }

  public CpuSet plus(CpuSet other) {
    SortedSet<Integer> both = new TreeSet<>(ids);
    both.addAll(other.ids);
    return new CpuSet(both);
  }

  public CpuSet minus(CpuSet other) {
    return only(id -> !other.has(id));
  }

  public CpuSet and(CpuSet other) {
    return only(other::has);
  }

  public CpuSet only(IntPredicate which) {
    return of(ids.stream().filter(which::test).toList());
  }

  /** With ranges where numbers follow each other. */
  @Override
  public String toString() {
    List<String> parts = new ArrayList<>();
    int from = -1;
    int last = -1;
    for (int id : ids) {
      if (from >= 0 && id != last + 1) {
        parts.add(range(from, last));
        from = id;
      } else if (from < 0) {
        from = id;
      }
      last = id;
    }
    if (from >= 0) {
      parts.add(range(from, last));
    }
    return String.join(",", parts);
  }

  private static String range(int from, int to) {
    return from == to ? String.valueOf(from) : from + "-" + to;
  }
}
