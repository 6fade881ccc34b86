package dev.wherry.kubelet.probe;

import dev.wherry.model.IntOrString;
import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.ContainerPort;
import org.jspecify.annotations.Nullable;

/** Ports by number or by a container's name for them. */
public final class Ports {
  /** No port has it; connecting fails. */
  public static final int UNKNOWN = 0;

  private Ports() {}

  public static int resolve(@Nullable IntOrString port, Container container) {
    return switch (port) {
      case null -> UNKNOWN;
      case IntOrString.Int(int number) -> number;
      case IntOrString.Text(String text) -> named(text, container);
    };
  }

  private static int named(String text, Container container) {
    for (ContainerPort port : container.ports()) {
      Integer number = port.containerPort();
      if (port.name().equals(text) && number != null) {
        return number;
      }
    }
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException _) {
      return UNKNOWN;
    }
  }
}
