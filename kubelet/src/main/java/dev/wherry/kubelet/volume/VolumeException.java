package dev.wherry.kubelet.volume;

/** A volume cannot be set up now; the message is shown in a FailedMount event. */
public final class VolumeException extends Exception {
  private static final long serialVersionUID = 1;

  private final String text;

  public VolumeException(String text) {
    super(text);
    this.text = text;
  }

  /** The message, never null. */
  public String text() {
    return text;
  }
}
