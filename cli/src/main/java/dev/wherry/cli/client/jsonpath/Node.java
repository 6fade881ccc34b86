package dev.wherry.cli.client.jsonpath;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A part of a template. */
sealed interface Node {
  /** Text that is printed as it is, or a quoted or literal value inside braces. */
  record Literal(JsonNode value) implements Node {}

  /** {@code .name} or {@code ['name']}. */
  record Field(String name) implements Node {}

  /** {@code *}. */
  record Wildcard() implements Node {}

  /** {@code ..}. */
  record Recursive() implements Node {}

  /** {@code [from:to:step]}; an index is a slice of one. */
  record Slice(@Nullable Integer from, @Nullable Integer to, @Nullable Integer step, boolean index)
      implements Node {}

  /** {@code [a,b]}. */
  record Union(List<Steps> parts) implements Node {}

  /**
   * {@code [?(left operator right)]}.
   *
   * @param operator {@code exists} when there is no right side
   */
  record Filter(Steps left, String operator, Steps right) implements Node {}

  /** What stands in one pair of braces: each step works on the results of the one before. */
  record Steps(List<Node> nodes) implements Node {
    public Steps {
      nodes = List.copyOf(nodes);
    }
  }

  /** {@code {range steps}body{end}}. */
  record Range(Steps steps, List<Node> body) implements Node {
    public Range {
      body = List.copyOf(body);
    }
  }
}
