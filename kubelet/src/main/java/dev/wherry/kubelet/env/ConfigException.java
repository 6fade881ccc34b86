package dev.wherry.kubelet.env;

/** A container cannot be configured as its pod says; the message is shown to the pod's owner. */
public final class ConfigException extends Exception {
  private static final long serialVersionUID = 1;

  private final String text;

  public ConfigException(String text) {
    super(text);
    this.text = text;
  }

  /** The message, never null. */
  public String text() {
    return text;
  }
}
