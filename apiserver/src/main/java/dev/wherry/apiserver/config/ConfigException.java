package dev.wherry.apiserver.config;

import java.util.List;

/** A configuration file that cannot be used; the message lists all that is wrong. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ConfigException(String file, List<String> problems) {
    super(file + ": " + String.join("; ", problems));
  }
}
