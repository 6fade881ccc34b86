package dev.wherry.kubelet.volume;

/** A volume cannot be set up now; the message is shown in a FailedMount event. */
public final class VolumeException extends Exception {
  private static final long serialVersionUID = 1;

  private final String text;
  private final boolean complete;

  public VolumeException(String text) {
    this(text, false);
  }

  private VolumeException(String text, boolean complete) {
    super(text);
    this.text = text;
    this.complete = complete;
  }

  /** With a sentence that names the volume by itself. */
  public static VolumeException complete(String text) {
    return new VolumeException(text, true);
  }

  boolean isComplete() {
    return complete;
  }

  /** The message, never null. */
  public String text() {
    return text;
  }
}
