package dev.wherry.scheduler.config;

import java.util.List;

/** A configuration that cannot be used, with every complaint and its path. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final List<String> complaints;

  ConfigException(List<String> complaints) {
    super(String.join("; ", complaints));
    this.complaints = List.copyOf(complaints);
  }

  public List<String> complaints() {
    return complaints;
  }
}
