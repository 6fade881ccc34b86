package dev.wherry.model.merge;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * An immutable set of paths, kept as a tree of sorted steps: an element may be a member, have
 * members below it, or both. Owning a structure does not mean owning what is in it.
 */
public final class FieldSet {
  private static final PathElement[] NOTHING = {};
  public static final FieldSet EMPTY = new FieldSet(NOTHING, new boolean[0], new FieldSet[0]);

  private final PathElement[] elements;
  private final boolean[] members;
  private final FieldSet[] children;

  private FieldSet(PathElement[] elements, boolean[] members, FieldSet[] children) {
    this.elements = elements;
    this.members = members;
    this.children = children;
  }

  /** A set of paths of names. */
  public static FieldSet ofNames(List<List<String>> paths) {
    Builder builder = new Builder();
    for (List<String> path : paths) {
      builder.insert(path.stream().map(name -> (PathElement) new PathElement.Name(name)).toList());
    }
    return builder.build();
  }

  public boolean isEmpty() {
    return elements.length == 0;
  }

  int width() {
    return elements.length;
  }

  PathElement element(int i) {
    return elements[i];
  }

  boolean member(int i) {
    return members[i];
  }

  FieldSet below(int i) {
    return children[i];
  }

  private int index(PathElement element) {
    return Arrays.binarySearch(elements, element);
  }

  /** Whether the element itself is a member. */
  public boolean hasMember(PathElement element) {
    int i = index(element);
    return i >= 0 && members[i];
  }

  /** What is in the set below an element. */
  public FieldSet below(PathElement element) {
    int i = index(element);
    return i < 0 ? EMPTY : children[i];
  }

  /** Whether a path is a member. */
  public boolean has(List<PathElement> path) {
    if (path.isEmpty()) {
      return false;
    }
    FieldSet at = this;
    for (PathElement element : path.subList(0, path.size() - 1)) {
      at = at.below(element);
    }
    return at.hasMember(path.getLast());
  }

  /** Number of paths. */
  public int size() {
    int size = 0;
    for (int i = 0; i < elements.length; i++) {
      size += (members[i] ? 1 : 0) + children[i].size();
    }
    return size;
  }

  /** Every path: at each level the members first, then what lies below. */
  public void forEach(Consumer<List<PathElement>> consumer) {
    forEach(new ArrayList<>(), consumer);
  }

  private void forEach(List<PathElement> prefix, Consumer<List<PathElement>> consumer) {
    for (int i = 0; i < elements.length; i++) {
      if (members[i]) {
        prefix.add(elements[i]);
        consumer.accept(List.copyOf(prefix));
        prefix.removeLast();
      }
    }
    for (int i = 0; i < elements.length; i++) {
      prefix.add(elements[i]);
      children[i].forEach(prefix, consumer);
      prefix.removeLast();
    }
  }

  /** The paths of either. */
  public FieldSet union(FieldSet other) {
    return other.isEmpty() ? this : isEmpty() ? other : zip(Operation.UNION, other);
  }

  /** The paths of both. */
  public FieldSet intersection(FieldSet other) {
    return isEmpty() || other.isEmpty() ? EMPTY : zip(Operation.INTERSECTION, other);
  }

  /** These paths without those; what lies below a path of those stays. */
  public FieldSet difference(FieldSet other) {
    return isEmpty() || other.isEmpty() ? this : zip(Operation.DIFFERENCE, other);
  }

  /** These paths without those and all that lies below them. */
  public FieldSet recursiveDifference(FieldSet other) {
    return isEmpty() || other.isEmpty() ? this : zip(Operation.RECURSIVE_DIFFERENCE, other);
  }

  private enum Operation {
    UNION,
    INTERSECTION,
    DIFFERENCE,
    RECURSIVE_DIFFERENCE;

    boolean member(boolean mine, boolean theirs) {
      return switch (this) {
        case UNION -> mine || theirs;
        case INTERSECTION -> mine && theirs;
        case DIFFERENCE, RECURSIVE_DIFFERENCE -> mine && !theirs;
      };
    }

    FieldSet below(FieldSet mine, FieldSet theirs, boolean theirMember) {
      return switch (this) {
        case UNION -> mine.union(theirs);
        case INTERSECTION -> mine.intersection(theirs);
        case DIFFERENCE -> mine.difference(theirs);
        case RECURSIVE_DIFFERENCE -> theirMember ? EMPTY : mine.recursiveDifference(theirs);
      };
    }
  }

  private FieldSet zip(Operation operation, FieldSet other) {
    Sorted out = new Sorted(elements.length + other.elements.length);
    boolean same = true;
    int i = 0;
    int j = 0;
    while (i < elements.length || j < other.elements.length) {
      int order =
          i == elements.length
              ? 1
              : j == other.elements.length ? -1 : elements[i].compareTo(other.elements[j]);
      PathElement element = order <= 0 ? elements[i] : other.elements[j];
      boolean mine = order <= 0 && members[i];
      FieldSet below = order <= 0 ? children[i] : EMPTY;
      boolean theirs = order >= 0 && other.members[j];
      FieldSet theirBelow = order >= 0 ? other.children[j] : EMPTY;
      boolean member = operation.member(mine, theirs);
      FieldSet rest = operation.below(below, theirBelow, theirs);
      out.add(element, member, rest);
      same &= member == mine && rest == below;
      i += order <= 0 ? 1 : 0;
      j += order >= 0 ? 1 : 0;
    }
    return same ? this : out.toSet();
  }

  /** Elements that come in order. */
  static final class Sorted {
    /** More elements are sorted by a tree. */
    private static final int SORTED_IN_PLACE_MAX = 32;

    private PathElement[] elements;
    private boolean[] members;
    private FieldSet[] children;
    private int size;
    private boolean unsorted;

    Sorted(int sizeMax) {
      elements = new PathElement[sizeMax];
      members = new boolean[sizeMax];
      children = new FieldSet[sizeMax];
    }

    void add(PathElement element, boolean member, FieldSet below) {
      if (member || !below.isEmpty()) {
        elements[size] = element;
        members[size] = member;
        children[size++] = below;
      }
    }

    private void makeRoom() {
      if (size == elements.length) {
        int more = Math.max(4, size * 2);
        elements = Arrays.copyOf(elements, more);
        members = Arrays.copyOf(members, more);
        children = Arrays.copyOf(children, more);
      }
    }

    /** An element in any order; sorting waits until all are there. */
    void insert(PathElement element, boolean member, FieldSet below) {
      if (member || !below.isEmpty()) {
        makeRoom();
        unsorted |= size > 0 && elements[size - 1].compareTo(element) >= 0;
        add(element, member, below);
      }
    }

    private record Entry(PathElement element, boolean member, FieldSet below) {}

    /** Sorts few elements in place; false where two are the same. */
    private boolean sortInPlace() {
      for (int i = 1; i < size; i++) {
        PathElement element = elements[i];
        boolean member = members[i];
        FieldSet below = children[i];
        int at = i;
        while (at > 0 && elements[at - 1].compareTo(element) > 0) {
          elements[at] = elements[at - 1];
          members[at] = members[at - 1];
          children[at] = children[at - 1];
          at--;
        }
        elements[at] = element;
        members[at] = member;
        children[at] = below;
        if (at > 0 && elements[at - 1].compareTo(element) == 0) {
          return false;
        }
      }
      return true;
    }

    private FieldSet sort() {
      Map<PathElement, Entry> entries = new TreeMap<>();
      for (int i = 0; i < size; i++) {
        entries.merge(
            elements[i],
            new Entry(elements[i], members[i], children[i]),
            (a, b) -> new Entry(a.element, a.member || b.member, a.below.union(b.below)));
      }
      Sorted sorted = new Sorted(entries.size());
      entries.values().forEach(e -> sorted.add(e.element, e.member, e.below));
      return sorted.toSet();
    }

    FieldSet toSet() {
      if (size == 0) {
        return EMPTY;
      }
      if (unsorted && (size > SORTED_IN_PLACE_MAX || !sortInPlace())) {
        return sort();
      }
      return size == elements.length
          ? new FieldSet(elements, members, children)
          : new FieldSet(
              Arrays.copyOf(elements, size),
              Arrays.copyOf(members, size),
              Arrays.copyOf(children, size));
    }
  }

  /** Collects single paths. */
  public static final class Builder {
    private final Map<PathElement, Builder> below = new TreeMap<>();
    private boolean member;

    /** Adds a path; the empty one is everybody's and nobody's. */
    public void insert(List<PathElement> path) {
      Builder at = this;
      for (PathElement element : path) {
        at = at.below.computeIfAbsent(element, e -> new Builder());
      }
      at.member = !path.isEmpty();
    }

    public boolean isEmpty() {
      return below.isEmpty();
    }

    public FieldSet build() {
      Sorted sorted = new Sorted(below.size());
      below.forEach((element, child) -> sorted.add(element, child.member, child.build()));
      return sorted.toSet();
    }
  }

  @Override
  public boolean equals(Object other) {
    return other == this
        || (other instanceof FieldSet set
            && Arrays.equals(elements, set.elements)
            && Arrays.equals(members, set.members)
            && Arrays.equals(children, set.children));
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(elements) * 31 + Arrays.hashCode(children);
  }

  /** A path a line. */
  @Override
  public String toString() {
    List<String> lines = new ArrayList<>();
    forEach(path -> lines.add(shown(path)));
    return String.join("\n", lines);
  }

  /** A path as a conflict shows it: {@code .spec.containers[name="a"].image}. */
  public static String shown(List<PathElement> path) {
    StringBuilder text = new StringBuilder();
    path.forEach(text::append);
    return text.toString();
  }
}
