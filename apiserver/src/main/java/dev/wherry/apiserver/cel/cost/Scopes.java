package dev.wherry.apiserver.cel.cost;

import dev.cel.common.types.CelKind;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The variables of loops, and what is known of them. One for each estimate. */
final class Scopes {
  private final Map<String, Deque<Local>> locals = new HashMap<>();

  /**
   * Sizes of what is in a list or map.
   *
   * @param container LIST or MAP
   */
  record Entries(CelKind container, Range keys, Range values) {
    Entries or(Entries other) {
      return new Entries(container, keys.or(other.keys), values.or(other.values));
    }
  }

  /**
   * A variable.
   *
   * @param path of what it stands for; empty where there is none
   */
  record Local(List<String> path, Optional<Range> size, Optional<Entries> entries) {}

  void push(String name, Local local) {
    locals.computeIfAbsent(name, _ -> new ArrayDeque<>()).push(local);
  }

  void pop(String name) {
    Deque<Local> stack = locals.get(name);
    if (stack != null) {
      stack.pop();
    }
  }

  Optional<Local> peek(String name) {
    Deque<Local> stack = locals.get(name);
    return stack == null ? Optional.empty() : Optional.ofNullable(stack.peek());
  }
}
