package dev.wherry.cli.client.gotemplate;

import java.util.List;

/** A piece of a template. */
sealed interface Part {
  /** Printed as it stands. */
  record Text(String text) implements Part {}

  /** A pipeline whose value is printed, unless it only sets a variable. */
  record Print(Pipeline pipeline) implements Part {}

  /**
   * {@code if} and {@code with}.
   *
   * @param sets whether the value becomes the dot
   */
  record Choice(Pipeline condition, boolean sets, List<Part> then, List<Part> otherwise)
      implements Part {}

  /** {@code range}. */
  record Loop(Pipeline over, List<Part> body, List<Part> otherwise) implements Part {}

  /** {@code template}. */
  record Include(String name, Pipeline dot) implements Part {}

  /** {@code break} and {@code continue}. */
  record Leave(boolean loop) implements Part {}

  /**
   * Commands, each taking the value of the one before it as its last argument.
   *
   * @param variables that take the value; two in a range over keys or places
   * @param declares whether the variables begin here
   */
  record Pipeline(List<String> variables, boolean declares, List<List<Operand>> commands) {}

  /** A word of a command. */
  sealed interface Operand {
    /** The dot, then fields. */
    record Dot(List<String> fields) implements Operand {}

    /** A variable, then fields. */
    record Variable(String name, List<String> fields) implements Operand {}

    /** A pipeline in parentheses, then fields. */
    record Inner(Pipeline pipeline, List<String> fields) implements Operand {}

    /** A function by its name. */
    record Function(String name) implements Operand {}

    /** A text, a Long, a Double, a Boolean or {@link Values#NIL}. */
    record Constant(Object value) implements Operand {}
  }
}
