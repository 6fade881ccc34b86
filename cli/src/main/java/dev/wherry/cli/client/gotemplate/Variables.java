package dev.wherry.cli.client.gotemplate;

import java.util.ArrayDeque;
import java.util.Deque;

/** The variables in sight, the newest first. Of one execution. */
final class Variables {
  private final Deque<Variable> all = new ArrayDeque<>();

  private static final class Variable {
    private final String name;
    private Object value;

    Variable(String name, Object value) {
      this.name = name;
      this.value = value;
    }
  }

  /** With {@code $}. */
  Variables(Object root) {
    all.push(new Variable("$", root));
  }

  int size() {
    return all.size();
  }

  /** Those that came after there were so many go out of sight. */
  void forget(int mark) {
    while (all.size() > mark) {
      all.pop();
    }
  }

  /** Begins a variable, or changes it where the pipeline does not begin one. */
  void set(Part.Pipeline pipeline, String name, Object value) {
    if (pipeline.declares()) {
      all.push(new Variable(name, value));
    } else {
      find(name).value = value;
    }
  }

  Object get(String name) {
    return find(name).value;
  }

  private Variable find(String name) {
    for (Variable variable : all) {
      if (variable.name.equals(name)) {
        return variable;
      }
    }
    throw new GoTemplateException("undefined variable \"" + name + "\"");
  }
}
