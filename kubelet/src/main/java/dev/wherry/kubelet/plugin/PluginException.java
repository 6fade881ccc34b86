package dev.wherry.kubelet.plugin;

/** A plugin is not taken; it is told why. */
public final class PluginException extends Exception {
  private static final long serialVersionUID = 1;

  private final String text;

  public PluginException(String text) {
    super(text);
    this.text = text;
  }

  /** The message, never null. */
  public String text() {
    return text;
  }
}
