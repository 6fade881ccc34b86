package dev.wherry.scheduler.framework;

/**
 * A plugin cannot say whether the pod fits, since something it was told makes no sense: the pod is
 * tried again later.
 */
public final class PluginException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public PluginException(String message) {
    super(message);
  }
}
