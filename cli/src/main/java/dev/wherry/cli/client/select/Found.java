package dev.wherry.cli.client.select;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * An object that a verb works on.
 *
 * @param object as the server has it, or as a file says it; the verb's own copy
 */
public record Found(Target target, ObjectNode object) {
  public String name() {
    return target.name();
  }

  /** {@code pod/x} or {@code deployment.apps/x}. */
  public String label() {
    return target.type().label() + "/" + target.name();
  }
}
